import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../fuzz/mutate.ts';
import { testDatabase } from '../support/database.ts';
import { amount } from '../support/amount.ts';
import { openOutbox } from '../support/outbox.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db, url } = await testDatabase();
const SCRIPT = fileURLToPath(new URL('../support/delivery-process.ts', import.meta.url));
// Each kill costs the start of a process.
const KILLS = Number(process.env['KILLS'] ?? amount(3, 50));
/** Requests are given to either process; the emails of one leave one after the other. */
const REQUESTS_PER_KILL = 3;
const PER_REQUEST = 3;
// Long enough that a busy machine takes nothing from a process that lives, which the many kills of the proof make of any.
const LEASE_MS = String(amount(4000, 20_000));
/** Mails that a process sends at once. */
const LANES = 5;
const IN_STORE = 1;

/** Drawn from a seed that is printed: `KILL_SEED=… npx vitest run …` kills in the same order again. */
const seed = Number(process.env['KILL_SEED'] ?? randomInt(1_000_000));
const random = seededRandom(seed);

const processes = new Set<ChildProcess>();
afterAll(() => {
  for (const child of processes) child.kill('SIGKILL');
});

/** A process that is connected to the database and waits for the word to work. */
async function prepare(smtpUrl: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SCRIPT, url, smtpUrl, LEASE_MS], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  processes.add(child);
  child.once('exit', () => processes.delete(child));
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

function work(child: ChildProcess): ChildProcess {
  child.stdin?.write('work\n');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test(
  'two processes, one of them killed again and again: nothing is lost, and only what was being sent comes twice',
  { timeout: amount(150_000, 1_500_000) },
  async () => {
    console.log(`KILL_SEED=${seed}`);
    const smtp = await startSmtpListener({ behaviour: { delayMs: () => random(60) } });
    const outbox = await openOutbox(db, smtp.url);
    const perRequest: string[][] = [];
    const queueSome = async (): Promise<void> => {
      for (let made = 0; made < REQUESTS_PER_KILL; made++) {
        const request = await outbox.addRequest();
        const ids: string[] = [];
        for (let n = 0; n < PER_REQUEST; n++) ids.push((await outbox.queue(request)).internetMessageId);
        perRequest.push(ids);
      }
    };

    const sendingBegins = async (): Promise<void> => {
      for (;;) {
        const [row] = await db<{ begun: boolean }[]>`
          select coalesce(bool_and(state = 'sent') or bool_or(state = 'sending'), true) as begun from deliveries`;
        if (row?.begun === true) return;
        await pause(5);
      }
    };

    // Some are always on their way, for a start takes longer than all the rest of a kill.
    const store = [
      Promise.resolve(await prepare(smtp.url)),
      ...Array.from({ length: IN_STORE }, () => prepare(smtp.url)),
    ];
    const next = async (): Promise<ChildProcess> => {
      store.push(prepare(smtp.url));
      const child = await store.shift();
      if (child === undefined) throw new Error('the store was empty');
      return work(child);
    };
    /** Mails that were being sent when a process died, or when its leases were ended below. */
    const underWay = new Set<string>();
    const noteUnderWay = async (): Promise<void> => {
      const rows = await db<{ id: string }[]>`
        select internet_message_id as id from deliveries join messages on messages.id = message_id
        where state = 'sending'`;
      for (const { id } of rows) underWay.add(id);
    };
    let workers = [await next(), await next()];
    for (let kills = 0; kills < KILLS; kills++) {
      await queueSome();
      await sendingBegins();
      await pause(random(60));
      const [victim, survivor] = random(2) === 0 ? workers : workers.toReversed();
      if (victim === undefined || survivor === undefined) throw new Error('two workers were running');
      await kill(victim);
      await noteUnderWay();
      workers = [survivor, await next()];
    }
    // What the last ones left need not be waited for: their leases are over, and so is the minute that a mail rests which
    // was under way in five processes that died. A process that lives loses its own with them, as if it had been asleep.
    await noteUnderWay();
    await db`update deliveries set lease_until = now() where state = 'sending'`;
    for (;;) {
      await db`update deliveries set next_attempt_at = now() where state = 'deferred'`;
      const [row] = await db<
        { open: number }[]
      >`select count(*)::int as open from deliveries where state <> 'sent'`;
      if (row?.open === 0) break;
      await pause(50);
    }
    await Promise.all([...workers, ...(await Promise.all(store))].map(kill));

    const copies = new Map<string, number>();
    for (const mail of smtp.mails)
      copies.set(mail.internetMessageId, (copies.get(mail.internetMessageId) ?? 0) + 1);
    expect([...copies.keys()].toSorted()).toEqual(perRequest.flat().toSorted());

    const lost = await db<{ id: string; lost: number }[]>`
    select m.internet_message_id as id, count(a.id) filter (where a.outcome = 'lost')::int as lost
    from deliveries d join messages m on m.id = d.message_id join delivery_attempts a on a.delivery_id = d.id
    group by m.id`;
    const unexplained = lost.filter((row) => (copies.get(row.id) ?? 0) - 1 > row.lost);
    expect(unexplained).toEqual([]);
    // Kills that hit nothing would prove nothing.
    expect(lost.filter((row) => row.lost > 0).length).toBeGreaterThan(KILLS / 10);
    // A process says which mails it is about to send before it sends them, so these and no others can come twice.
    const repeated = [...copies].filter(([, count]) => count > 1).map(([id]) => id);
    expect(repeated.filter((id) => !underWay.has(id))).toEqual([]);
    // And of each kill no more than the lanes of a process; the leases of both that lived were ended as well.
    const copiesTooMany = smtp.mails.length - copies.size;
    expect(copiesTooMany).toBeLessThanOrEqual((KILLS + workers.length) * LANES);

    const first = [...copies.keys()];
    for (const ids of perRequest) expect(first.filter((id) => ids.includes(id))).toEqual(ids);
    outbox.close();
    await smtp.stop();
  },
);
