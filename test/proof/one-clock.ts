import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { openOutbox, type Outbox } from '../support/outbox.ts';
import { type SmtpListener, startSmtpListener } from '../support/smtp-listener.ts';
import { ensure, type Proof } from './proof.ts';
import { chance } from '../support/chance.ts';

const random = chance('one-clock');

const SCRIPT = fileURLToPath(new URL('./one-clock-process.ts', import.meta.url));
const MAILS = 500;
const KILLS = 30;
const LEASE_MS = 4000;
const MINUTE = 60_000;
const SKEWS = [-150_000, 150_000];
/** A mail that came this long before its process was killed may have been on its way to be marked as sent. */
const UNDER_WAY_MS = 3000;

type Sender = {
  readonly child: ChildProcess;
  readonly smtp: SmtpListener;
  killedAt: number | null;
};

/**
 * Two sending processes whose own clocks are five minutes apart and step all the while, as the database's does; one of
 * them is killed again and again. Each sends to a listener of its own, so that a mail that came twice tells by whom.
 */
export const oneClock: Proof = {
  name: 'one-clock',
  title: 'Two processes with clocks five minutes apart that step, under kills, send 500 mails once',
  async run({ url, progress }) {
    const db = connect(url, { max: 4 });
    await db`create table proof_clock (step_ms double precision not null)`;
    await db`insert into proof_clock values (0)`;
    const outbox = await openOutbox(db, 'smtp://127.0.0.1:9');
    const arrivals: Arrival[] = [];
    const senders: Sender[] = [];
    let skews = 0;
    const start = async (): Promise<Sender> => {
      const sender = await startSender(url, SKEWS[skews++ % 2] ?? 0, arrivals, senders.length);
      senders.push(sender);
      return sender;
    };
    try {
      let workers = [await start(), await start()];
      let steps = 0;
      for (let kills = 0; kills < KILLS; kills++) {
        progress(`kill ${kills + 1} of ${KILLS}, ${arrivals.length} mails arrived`);
        await queue(db, outbox, kills);
        await pause(random() * 400);
        if (kills % 3 === 0) {
          await stepClocks(db, workers);
          steps += 3;
        }
        const [victim, survivor] = random() < 0.5 ? workers : workers.toReversed();
        if (victim === undefined || survivor === undefined) throw new Error('two senders were running');
        await kill(victim);
        workers = [survivor, await start()];
      }
      progress('waiting for the rest');
      await allSent(db);
      for (const worker of workers) worker.killedAt = Number.POSITIVE_INFINITY;
      return { ...judge(arrivals, senders), kills: KILLS, 'clock steps of up to an hour': steps };
    } finally {
      for (const { child } of senders) child.kill('SIGKILL');
      await Promise.all(senders.map(({ smtp }) => smtp.stop()));
      outbox.close();
      await db.end();
    }
  },
};

type Arrival = { readonly id: string; readonly sender: number; readonly at: number };

async function startSender(
  url: string,
  skewMs: number,
  arrivals: Arrival[],
  sender: number,
): Promise<Sender> {
  const smtp = await startSmtpListener({
    behaviour: {
      data: (mail) => {
        arrivals.push({ id: mail.internetMessageId, sender, at: performance.now() });
        return null;
      },
      delayMs: () => random() * 60,
    },
  });
  const child = spawn(process.execPath, [SCRIPT, url, smtp.url, String(LEASE_MS), String(skewMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return { child, smtp, killedAt: null };
}

async function queue(db: Db, outbox: Outbox, round: number): Promise<void> {
  const count = Math.floor((MAILS * (round + 1)) / KILLS) - Math.floor((MAILS * round) / KILLS);
  const at = await clockOf(db);
  for (let n = 0; n < count; n++) await outbox.queue(await outbox.addRequest(), { at, sendAfter: at });
}

async function clockOf(db: Db): Promise<Date> {
  const [row] = await db<{ now: Date }[]>`
    select clock_timestamp() + interval '1 millisecond' * step_ms as now from proof_clock`;
  if (row === undefined) throw new Error('the proof has a clock');
  return row.now;
}

/** Sets the database's clock and each process's own, forward or back, by up to an hour. */
async function stepClocks(db: Db, workers: readonly Sender[]): Promise<void> {
  const anyStep = (): number => Math.round((random() - 0.5) * 120 * MINUTE);
  await db`update proof_clock set step_ms = step_ms + ${anyStep()}`;
  for (const { child } of workers) child.stdin?.write(`${anyStep()}\n`);
}

async function kill(sender: Sender): Promise<void> {
  const exited = once(sender.child, 'exit');
  sender.killedAt = performance.now();
  sender.child.kill('SIGKILL');
  await exited;
}

async function allSent(db: Db): Promise<void> {
  for (const until = performance.now() + 120_000; performance.now() < until; await pause(200)) {
    const [row] = await db<{ open: number }[]>`
      select count(*)::int as open from deliveries where state <> 'sent'`;
    if (row?.open === 0) return;
  }
  const left =
    await db`select state, attempt_count, next_attempt_at, lease_until from deliveries where state <> 'sent'`;
  throw new Error(`not all mails left within two minutes: ${JSON.stringify(left)}`);
}

function judge(arrivals: readonly Arrival[], senders: readonly Sender[]) {
  const copies = Map.groupBy(arrivals, ({ id }) => id);
  ensure(copies.size === MAILS, `all ${MAILS} mails arrive, ${copies.size} did`);
  const repeated = [...copies.values()].filter((each) => each.length > 1);
  // The last copy is the one that was marked as sent; each before it must have been cut off by a kill.
  const unexplained = repeated.filter((each) =>
    each.slice(0, -1).some(({ sender, at }) => {
      const killedAt = senders[sender]?.killedAt ?? null;
      return killedAt === null || killedAt - at > UNDER_WAY_MS;
    }),
  );
  ensure(unexplained.length === 0, `no mail leaves twice but by a kill: ${JSON.stringify(unexplained)}`);
  return {
    mails: MAILS,
    'second copies, each of a mail whose process was killed before it could mark it': repeated.length,
    'second copies for another reason': unexplained.length,
  };
}
