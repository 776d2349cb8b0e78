import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/clock.ts';
import { backUp } from '../../src/platform/db/backup/back-up.ts';
import { restore } from '../../src/platform/db/backup/restore.ts';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { silentLog } from '../../src/platform/log.ts';
import { applyRetention, planRetention } from '../../src/requests/retention/apply-retention.ts';
import { startDesk } from '../bench/desk.ts';
import { insertManyRequests } from '../support/many-requests.ts';
import { ensure, type Figures, type Proof, type ProofPlace } from './proof.ts';

const MANY = Number(process.env['SIZE_MANY'] ?? 1_000_000);
/** Each tenth message has its original, of 2 KB. */
const EACH = 10;
const MAILBOX = 1;

type Timed = <Result>(what: string, act: () => Promise<Result>) => Promise<Result>;

/** What is done to a whole desk, at the size of years: started, copied, put back, and let go of. */
export const size: Proof = {
  name: 'size',
  title: 'A desk of a million requests is started, backed up, restored and let go of',
  run,
};

async function run({ url, dataDir, progress }: ProofPlace): Promise<Figures> {
  const db = connect(url, { max: 2 });
  const figures: Record<string, string> = {};
  const timed: Timed = async (what, act) => {
    progress(what);
    const began = performance.now();
    const result = await act();
    figures[what] = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    return result;
  };
  try {
    await timed('filled', () => fill(db));
    figures['requests, messages'] = `${count(MANY)}, ${count(3 * MANY)}`;
    const [held] = await db<{ bytes: number }[]>`select pg_database_size(current_database()) as bytes`;
    figures['of its database'] = megabytes(held?.bytes ?? 0);
    const desk = await timed('a server is ready, the schema looked at', () => startDesk(url));
    await desk.stop();
    const [to, again] = [join(dataDir, 'back-up'), join(dataDir, 'restored')];
    const keyring = createKeyring(['a'.repeat(32)]);
    const at = systemClock.now();
    const made = await timed('backed up', () =>
      backUp({ dataDir, to, keyring, withSecret: false, at, log: silentLog }),
    );
    await timed('restored, each file compared with its hash', () => restore({ from: to, dataDir: again }));
    figures['messages there again'] = await timed('PostgreSQL started on it', () => messagesIn(again));
    ensure(figures['messages there again'] === count(3 * MANY), 'every message is there again');
    figures['of the back-up'] = megabytes(made.files.reduce((sum, file) => sum + file.size, 0));
    await Promise.all([to, again].map((folder) => rm(folder, { recursive: true, force: true })));
    await letGo(db, figures, timed);
    return figures;
  } finally {
    await db.end();
  }
}

/** Of one mailbox of the ten: what was closed a month ago goes but for its requests, and then whole what is older. */
async function letGo(db: Db, figures: Record<string, string>, timed: Timed): Promise<void> {
  // At one moment: while it runs the month would be over for more.
  const now = systemClock.now();
  const deps = { db, clock: { now: () => now }, log: silentLog };
  const keep = async (requestsDays: number | null) => {
    await db`
      insert into retentions (mailbox_id, originals_days, attachments_days, bodies_days, requests_days)
      values (${MAILBOX}, 30, 30, 30, ${requestsDays})
      on conflict (mailbox_id) do update set requests_days = excluded.requests_days`;
  };
  for (const [what, days] of [
    ['its messages emptied', null],
    ['its oldest requests removed', 300],
  ] as const) {
    await keep(days);
    const [plan] = await timed(`a mailbox, ${what}: dry run`, () =>
      planRetention(deps, { mailboxId: MAILBOX }),
    );
    const [done] = await timed(`a mailbox, ${what}`, () => applyRetention(deps, { mailboxId: MAILBOX }));
    ensure(
      done?.failed === 0 && JSON.stringify(plan?.gone) === JSON.stringify(done.gone),
      'what was planned goes',
    );
    figures[`of them, ${what}`] = Object.entries(done?.gone ?? {})
      .map(([step, many]) => `${step} ${count(many)}`)
      .join(', ');
  }
  const [plan] = await timed('a dry run with nothing left to do', () =>
    planRetention(deps, { mailboxId: MAILBOX }),
  );
  ensure(
    Object.values(plan?.gone ?? {}).every((many) => many === 0),
    'nothing is left to go',
  );
}

async function fill(db: Db): Promise<void> {
  await insertManyRequests(db, MANY, { every: `${(3 * 365 * 86_400) / MANY} seconds` });
  await db`
    insert into intake (mailbox_id, source_id, arrived_at, from_address, subject, outcome, request_id, message_id, raw, received_at)
    select mailbox_id, id::text, created_at, from_address ->> 'address', subject, 'opened', request_id, id,
      convert_to(repeat('original ', 228), 'UTF8'), created_at
    from messages
    where id % ${EACH} = 0`;
  await db`alter table messages disable trigger user`;
  await db`
    update messages set intake_id = intake.id from intake where intake.message_id = messages.id`;
  await db`alter table messages enable trigger user`;
  await db`analyze`;
}

async function messagesIn(dataDir: string): Promise<string> {
  const cluster = await runCluster({ dataDir });
  const db = connect(cluster.url, { max: 1 });
  try {
    const [row] = await db<{ many: number }[]>`select count(*) as many from messages`;
    return count(row?.many ?? 0);
  } finally {
    await db.end();
    await cluster.stop();
  }
}

function count(many: number): string {
  return many.toLocaleString('en');
}

function megabytes(bytes: number): string {
  return `${count(Math.round(bytes / 1e6))} MB`;
}
