import { connect, type Db } from '../../src/platform/db/connect.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';
import { clusterCpu } from './cluster-cpu.ts';
import { BENCH_DESK, type Desk, startDesk } from './desk.ts';
import { post } from './posts.ts';
import type { Subject } from './subject.ts';
import { type Table } from './table.ts';

const MAILS = 160;
const MAX_DELIVERIES = 500;
const ROUNDS = 2;
const LOADS = [1, 20].flatMap((batch) => [1, 4, 8].map((atOnce) => ({ batch, atOnce })));

/** What a number of things took together. */
type Cost = {
  count: number;
  nodeMs: number;
  postgresMs: number | null;
  planningMs: number;
  roundTrips: number;
  tookMs: number;
};

/**
 * What a filed mail with its notice queued, and the delivery of that notice, cost each subject in CPU, in turns on one
 * durable cluster, beside the smallest durable transaction that keeps a mail.
 */
export async function benchCost(subjects: readonly Subject[], table: Table, desk: string): Promise<void> {
  const smallest = new Map(await smallestRates(subjects));
  const desks = await Promise.all(
    subjects.map(async (subject) => ({ subject, ...(await openDesk(subject)) })),
  );
  try {
    for (const { url } of desks) await post(url, { mails: 200, batch: 1, atOnce: 8, answers: true });
    for (const { batch, atOnce } of LOADS)
      await compare(desks, `first mail, ${batch} a post, ${atOnce} at once`, { batch, atOnce });
    await compare(desks, 'half answers, 1 a post, 8 at once', { batch: 1, atOnce: 8, answers: true });
  } finally {
    await Promise.all(desks.map((each) => each.stop()));
  }
  await compareDeliveries(subjects, table, desk);

  async function compare(
    those: typeof desks,
    name: string,
    load: { readonly batch: number; readonly atOnce: number; readonly answers?: boolean },
  ): Promise<void> {
    const costs = new Map(those.map(({ subject }) => [subject, nothing()]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { subject, usage, url } of those) {
        const cost = costs.get(subject);
        if (cost !== undefined)
          await measured(subject, usage, cost, async () => {
            await post(url, { mails: MAILS, ...load });
            return MAILS;
          });
      }
    }
    for (const [subject, cost] of costs) {
      const limit = smallest.get(load.atOnce) ?? Number.NaN;
      table.cost(`${name}, ${desk}`, subject.name, { ...perOne(cost), ratio: rateOf(cost) / limit });
    }
  }
}

export async function openDesk(
  subject: Subject,
  settings: Readonly<Record<string, string>> = {},
): Promise<Desk> {
  const desk = await startDesk(subject.url, settings, subject.checkout);
  const db = connect(subject.url, { max: 1 });
  // Each first mail queues its notice, whatever the cap against loops says of thousands within the hour.
  await db`update mailboxes set notices_per_hour = null where address = ${BENCH_DESK}`.finally(() =>
    db.end(),
  );
  return desk;
}

/** The notices that filing has left waiting are sent to a local listener by the server's own worker. */
async function compareDeliveries(subjects: readonly Subject[], table: Table, desk: string): Promise<void> {
  for (const subject of subjects) {
    const smtp = await startSmtpListener();
    const db = connect(subject.url, { max: 1 });
    try {
      const waiting = await countWaiting(db);
      const { usage, stop } = await openDesk(subject, { SMTP_URL: smtp.url });
      // The start of the server is left out.
      const from = Math.floor(waiting / 10);
      await smtp.received(from);
      const cost = nothing();
      const sent = await measured(subject, usage, cost, async () => {
        const before = smtp.mails.length;
        await smtp.received(Math.min(waiting, from + MAX_DELIVERIES));
        return smtp.mails.length - before;
      });
      table.cost(`delivery of a notice, ${desk}`, subject.name, perOne(sent));
      await stop();
    } finally {
      await smtp.stop();
      await db.end();
    }
  }
}

async function countWaiting(db: Db): Promise<number> {
  const [row] = await db<
    { count: number }[]
  >`select count(*) as count from deliveries where state = 'queued'`;
  return row?.count ?? 0;
}

/** The rate of one insert of a mail and its commit, by the same driver: what no desk can beat. */
async function smallestRates(subjects: readonly Subject[]): Promise<[atOnce: number, rate: number][]> {
  const [subject] = subjects;
  if (subject === undefined) return [];
  const db = connect(subject.url, { max: 8 });
  const raw = Buffer.alloc(2048, 'x');
  try {
    await db`create table if not exists smallest (id bigint generated always as identity primary key, raw bytea not null)`;
    const rates: [number, number][] = [];
    for (const atOnce of [8, 1, 4, 8]) {
      let left = 1000 * atOnce;
      const began = performance.now();
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (left -= 1; left >= 0; left -= 1) await db`insert into smallest (raw) values (${raw})`;
        }),
      );
      rates.push([atOnce, (1000 * atOnce) / ((performance.now() - began) / 1000)]);
    }
    return rates;
  } finally {
    await db.end();
  }
}

export function nothing(): Cost {
  return { count: 0, nodeMs: 0, postgresMs: 0, planningMs: 0, roundTrips: 0, tookMs: 0 };
}

export async function measured(
  subject: Subject,
  usage: Desk['usage'],
  into: Cost,
  work: () => Promise<number>,
): Promise<Cost> {
  const before = [await usage(), await clusterCpu(subject.dataDir), await subject.planningMs()] as const;
  const began = performance.now();
  into.count += await work();
  into.tookMs += performance.now() - began;
  const after = [await usage(), await clusterCpu(subject.dataDir), await subject.planningMs()] as const;
  into.nodeMs += after[0].cpuMs - before[0].cpuMs;
  into.roundTrips += after[0].roundTrips - before[0].roundTrips;
  into.postgresMs =
    before[1] === null || after[1] === null ? null : (into.postgresMs ?? 0) + after[1] - before[1];
  into.planningMs += after[2] - before[2];
  return into;
}

export function perOne({ count, nodeMs, postgresMs, planningMs, roundTrips, tookMs }: Cost) {
  return {
    nodeMs: nodeMs / count,
    postgresMs: postgresMs === null ? null : postgresMs / count,
    planningMs: planningMs / count,
    roundTrips: roundTrips / count,
    perSecond: (count / tookMs) * 1000,
    ratio: null,
  };
}

function rateOf({ count, tookMs }: Cost): number {
  return (count / tookMs) * 1000;
}
