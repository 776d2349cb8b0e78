import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Db } from '../../../src/platform/db/connect.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { addOperator } from '../../../src/people/operators/add-operator.ts';
import { createToken } from '../../../src/people/credentials/create-token.ts';
import { chance } from '../../support/chance.ts';
import type { Proof, ProofPlace } from '../proof.ts';
import { type Crew, startCrew } from './crew.ts';
import { judge } from './judge.ts';
import { startLoad } from './load.ts';
import { startSampling } from './samples.ts';

const MINUTES = Number(process.env['PROOF_MINUTES'] ?? 40);
const KILL_EVERY_MS = 60_000;
const SETTLE_MS = 300_000;
const SYSTEM = { kind: 'system' } as const;
/** Two of each are killed in turn; one that does everything lives all the time, so that its memory can tell of a leak. */
const CREW = {
  'web 1': 'web',
  'worker 1': 'worker',
  'web 2': 'web',
  'worker 2': 'worker',
  steady: 'both',
} as const;

/** Mixed load at a pace that two cores carry, for `PROOF_MINUTES` (40), while a process is killed every minute. */
export const soak: Proof = {
  name: 'soak',
  title: 'Mixed load, of two web and two worker processes one killed each minute, in turn',
  async run(place) {
    const random = chance('soak');
    const db = connect(place.url, { max: 2 });
    const crew = await startCrew(place.url, CREW);
    try {
      const load = startLoad({ random, token: await prepare(db), anyUrl: () => oneOf(crew, random) });
      const sampling = startSampling(crew, db);
      const began = performance.now();
      await killInTurn(crew, place, () => load.done.accepted.length, load.failures);
      const ended = performance.now();
      await load.stop();
      await sampling.stop();
      await settle(place, db);
      return await judge(db, { crew, load, sampling, began, ended, minutes: MINUTES });
    } finally {
      await crew.stop();
      await db.end();
    }
  },
};

async function prepare(db: Db): Promise<string> {
  await db`update mailboxes set notices_per_hour = null`;
  const deps = { db, clock: systemClock };
  const { id: operatorId } = await addOperator(deps, SYSTEM, {
    email: 'ann@desk.example.com',
    name: 'Ann',
    role: 'agent',
  });
  return (await createToken(deps, SYSTEM, { operatorId, name: 'soak' })).token;
}

// As a proxy with several servers behind it chooses among those that are up.
function oneOf({ slots }: Crew, random: () => number): string | null {
  const up = slots.flatMap(({ url }) => (url === null ? [] : [url]));
  return up[Math.floor(random() * up.length)] ?? null;
}

async function killInTurn(
  crew: Crew,
  { progress }: ProofPlace,
  accepted: () => number,
  failures: readonly unknown[],
): Promise<void> {
  const mortal = crew.slots.filter(({ role }) => role !== 'both');
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    const until = performance.now() + KILL_EVERY_MS;
    await pause(KILL_EVERY_MS / 2);
    const slot = mortal[(minute - 1) % mortal.length]!;
    await crew.replace(slot);
    await pause(Math.max(0, until - performance.now()));
    if (failures[0] !== undefined) throw failures[0];
    const held = [...(await crew.megabytes())]
      .map(([name, value]) => `${name} ${Math.round(value)} MB`)
      .join(', ');
    progress(
      `minute ${minute} of ${MINUTES}: ${accepted()} mails accepted, ${slot.name} was killed; ${held}`,
    );
  }
}

// The lease of a worker that was killed ends after two minutes; what it had under way is then sent by another.
async function settle({ progress }: ProofPlace, db: Db): Promise<void> {
  for (const until = performance.now() + SETTLE_MS; performance.now() < until; await pause(2000)) {
    const [row] = await db<{ count: number }[]>`
      select count(*) as count from deliveries where state in ('queued', 'held', 'sending', 'deferred')`;
    if (row?.count === 0) return;
    progress(`${row?.count} deliveries are still under way`);
  }
  throw new Error('not every mail left within five minutes');
}
