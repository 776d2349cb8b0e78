import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../fuzz/mutate.ts';
import { testDatabase } from '../support/database.ts';
import { openOutbox } from '../support/outbox.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db, url } = await testDatabase();
const SCRIPT = fileURLToPath(new URL('../support/delivery-process.ts', import.meta.url));
// Each kill costs the start of a process; `KILLS=50` shows more.
const KILLS = Number(process.env['KILLS'] ?? 15);
const PER_KILL = 4;
// Long enough that a busy machine takes nothing from a process that lives.
const LEASE_MS = '4000';
/** Mails that a process sends at once. */
const LANES = 5;
const IN_STORE = 2;

/** Drawn from a seed that is printed: `KILL_SEED=… npx vitest run …` kills in the same order again. */
const seed = Number(process.env['KILL_SEED'] ?? randomInt(1_000_000));
const random = seededRandom(seed);

// The processes load the same code: compiled once, they start in half the time.
const compiled = await mkdtemp(join(tmpdir(), 'mailroom-compiled-'));
const processes = new Set<ChildProcess>();
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await rm(compiled, { recursive: true, force: true });
});

/** A process that is connected to the database and waits for the word to work. */
async function prepare(smtpUrl: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SCRIPT, url, smtpUrl, LEASE_MS], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
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
  { timeout: 150_000 },
  async () => {
    console.log(`KILL_SEED=${seed}`);
    const smtp = await startSmtpListener({ behaviour: { delayMs: () => random(60) } });
    const outbox = await openOutbox(db, smtp.url);
    const perRequest: string[][] = [];
    const queueSome = async (): Promise<void> => {
      const request = await outbox.addRequest();
      const ids: string[] = [];
      for (let n = 0; n < PER_KILL; n++) ids.push((await outbox.queue(request)).internetMessageId);
      perRequest.push(ids);
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
    let workers = [await next(), await next()];
    for (let kills = 0; kills < KILLS; kills++) {
      await queueSome();
      await pause(random(120));
      const [victim, survivor] = random(2) === 0 ? workers : workers.toReversed();
      if (victim === undefined || survivor === undefined) throw new Error('two workers were running');
      await kill(victim);
      workers = [survivor, await next()];
    }
    // What the last ones left need not be waited for: their leases are over, and so is the minute that a mail rests which
    // was under way in five processes that died. A process that lives loses its own with them, as if it had been asleep.
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
    // A process sends over as many connections as it has lanes: no kill can repeat more mails than that, nor can the leases
    // that ended above. Which connection a repeated mail came over says nothing: one is free again before its mail is committed.
    const connections = new Set(smtp.mails.map((mail) => mail.connection)).size;
    const repeated = smtp.mails.length - copies.size;
    expect(repeated).toBeLessThanOrEqual(Math.min(connections, (KILLS + workers.length) * LANES));

    const first = [...copies.keys()];
    for (const ids of perRequest) expect(first.filter((id) => ids.includes(id))).toEqual(ids);
    outbox.close();
    await smtp.stop();
  },
);
