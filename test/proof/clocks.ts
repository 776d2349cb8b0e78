import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { insertContact, insertMailbox, insertRequest } from '../support/desk.ts';
import { chance } from '../support/chance.ts';
import { compareClocks } from '../support/slow-clocks.ts';
import { ensure, type Proof } from './proof.ts';

const random = chance('clocks');

const SCRIPT = fileURLToPath(new URL('./clocks-process.ts', import.meta.url));
const CASES = 10_000;
const REQUESTS = 2000;
const KILLS = 20;
const DUE_WITHIN_MS = 15_000;

/** The clocks of requests against a second count of every minute, and two processes that tell of them under kills. */
export const clocks: Proof = {
  name: 'clocks',
  title: 'Clocks equal a count minute by minute, and each warning and breach is told once under kills',
  async run({ url, progress }) {
    const db = connect(url, { max: 4 });
    try {
      const amounts = { cases: CASES, calendars: CASES, zones: 10, seed: 1 };
      const differences = await compareClocks(db, { ...amounts, progress });
      ensure(differences.length === 0, `no clock differs: ${differences.slice(0, 3).join('; ')}`);
      await db`delete from events`;
      await db`delete from requests`;
      const killed = await tellUnderKills(db, url, progress);
      return { 'requests compared': CASES, calendars: CASES, 'clocks that differ': 0, ...killed };
    } finally {
      await db.end();
    }
  },
};

async function tellUnderKills(db: Db, url: string, progress: (text: string) => void) {
  const mailboxId = await insertMailbox(db, { address: 'killed@example.com', name: 'Killed' });
  const contactId = await insertContact(db, { email: 'maria@example.org', name: 'Maria' });
  // Two hours were promised; their ends are spread over the seconds to come.
  await db`update policies set first_answer_minutes = 120, resolution_minutes = null where mailbox_id = ${mailboxId}`;
  const began = Date.now() - 120 * 60_000;
  for (let n = 0; n < REQUESTS; n += 1)
    await insertRequest(db, { mailboxId, contactId }, { at: new Date(began + random() * DUE_WITHIN_MS) });
  let tellers = await Promise.all([startTeller(url), startTeller(url)]);
  for (let kills = 0; kills < KILLS; kills += 1) {
    progress(`kill ${kills + 1} of ${KILLS}`);
    await pause(random() * 800);
    const [victim, survivor] = random() < 0.5 ? tellers : tellers.toReversed();
    if (victim === undefined || survivor === undefined) throw new Error('two tellers were running');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    tellers = [survivor, await startTeller(url)];
  }
  await allTold(db);
  for (const teller of tellers) teller.kill('SIGKILL');
  const [row] = await db<{ told: number; twice: number }[]>`
    select sum(n)::int as told, count(*) filter (where n > 1)::int as twice
    from (select count(*) as n from events where type in ('request.due_soon', 'request.breached') group by request_id, type) as each`;
  ensure(row?.told === 2 * REQUESTS && row.twice === 0, `each is told once: ${JSON.stringify(row)}`);
  return { 'warnings and breaches due': 2 * REQUESTS, 'told more or less than once': 0, kills: KILLS };
}

async function startTeller(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SCRIPT, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function allTold(db: Db): Promise<void> {
  for (;;) {
    const [row] = await db<
      { left: number }[]
    >`select count(*)::int as left from requests where alert_at is not null`;
    if (row?.left === 0) return;
    await pause(100);
  }
}
