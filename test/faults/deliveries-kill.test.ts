import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { openOutbox } from '../support/outbox.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db, url } = await testDatabase();
const SCRIPT = fileURLToPath(new URL('../support/delivery-process.ts', import.meta.url));
const CONNECTIONS = 5;
const KILLS = 50;
const PER_KILL = 4;

const processes = new Set<ChildProcess>();
afterAll(() => {
  for (const child of processes) child.kill('SIGKILL');
});

async function startProcess(smtpUrl: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SCRIPT, url, smtpUrl, '400'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.add(child);
  child.once('exit', () => processes.delete(child));
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test(
  'two processes, one of them killed at 50 moments: nothing is lost, and only what was being sent comes twice',
  { timeout: 150_000 },
  async () => {
    const smtp = await startSmtpListener({ behaviour: { delayMs: () => Math.random() * 60 } });
    const outbox = await openOutbox(db, smtp.url);
    const perRequest: string[][] = [];
    const queueSome = async (): Promise<void> => {
      const request = await outbox.addRequest();
      const ids: string[] = [];
      for (let n = 0; n < PER_KILL; n++) ids.push((await outbox.queue(request)).internetMessageId);
      perRequest.push(ids);
    };

    let workers = await Promise.all([startProcess(smtp.url), startProcess(smtp.url)]);
    for (let kills = 0; kills < KILLS; kills++) {
      const next = startProcess(smtp.url);
      await queueSome();
      await pause(Math.random() * 120);
      const [victim, survivor] = Math.random() < 0.5 ? workers : workers.toReversed();
      if (victim === undefined || survivor === undefined) throw new Error('two workers were running');
      await kill(victim);
      workers = [survivor, await next];
    }
    for (;;) {
      const [row] = await db<
        { open: number }[]
      >`select count(*)::int as open from deliveries where state <> 'sent'`;
      if (row?.open === 0) break;
      await pause(100);
    }
    await Promise.all(workers.map(kill));

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
    const duplicates = smtp.mails.length - copies.size;
    // Kills that hit nothing would prove nothing.
    expect(lost.filter((row) => row.lost > 0).length).toBeGreaterThan(5);
    expect(duplicates).toBeLessThanOrEqual(KILLS * CONNECTIONS);

    const first = [...copies.keys()];
    for (const ids of perRequest) expect(first.filter((id) => ids.includes(id))).toEqual(ids);
    outbox.close();
    await smtp.stop();
  },
);
