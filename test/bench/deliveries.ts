import { systemClock } from '../../src/platform/clock.ts';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { deliverDue } from '../../src/outbox/sending/deliver-due.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { silentLog } from '../../src/platform/log.ts';
import { mailOf } from '../support/intake.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';
import { oneAccount } from '../support/transports.ts';
import { BENCH_DESK, rateOf, startDesk } from './desk.ts';

const MAILS = 2000;
/** Counted after one in ten, so that the start of the server is left out. */
const WARM_PART = 0.1;

/**
 * Deliveries a minute by the server's own worker to a local listener, beside what the same statements reach when no mail
 * is sent, and what the bare SMTP transport reaches when nothing is stored.
 */
export async function benchDeliveries(databaseUrl: string): Promise<void> {
  const db = connect(databaseUrl, { max: 10 });
  const smtp = await startSmtpListener();
  try {
    await keepWaiting(db, 2 * MAILS);
    const statements = await statementRate(db);
    const waiting = await keepWaiting(db, MAILS);
    const warm = Math.floor(waiting * WARM_PART);
    const transport = (await transportRate(smtp.url)) * 60;
    const before = smtp.mails.length;
    const desk = await startDesk(databaseUrl, { SMTP_URL: smtp.url });
    await smtp.received(before + warm);
    const began = performance.now();
    await smtp.received(before + waiting);
    const sent = ((waiting - warm) / (performance.now() - began)) * 60_000;
    await desk.stop();
    console.log(
      `\ndeliveries/min: ${sent.toFixed(0)}; its statements alone ${statements.toFixed(0)}, ratio ` +
        `${(sent / statements).toFixed(2)}; SMTP alone ${transport.toFixed(0)}, ratio ${(sent / transport).toFixed(2)}`,
    );
  } finally {
    await smtp.stop();
    await db.end();
  }
}

/** The worker's own loop with a transport that accepts at once: claims, attempts and results, and no SMTP. */
async function statementRate(db: Db): Promise<number> {
  const accepting: MailTransport = {
    account: 'bench',
    send: async (_mime, { to }) => ({
      kind: 'answered',
      accepted: to,
      refused: [],
      reply: { code: 250, enhancedCode: null, text: '250 OK' },
    }),
    verify: async () => null,
    close() {},
  };
  const stop = new AbortController();
  const began = performance.now();
  const timer = setTimeout(() => stop.abort(), 4000);
  const { sent } = await deliverDue(
    { db, clock: systemClock, log: silentLog, transports: oneAccount(accepting) },
    { stop: stop.signal },
  );
  clearTimeout(timer);
  return (sent / (performance.now() - began)) * 60_000;
}

async function transportRate(url: string): Promise<number> {
  const transport = smtpTransport({ url });
  const mime = Buffer.from(mailOf({ from: BENCH_DESK, to: 'carla@customer.example' }));
  const envelope = { from: BENCH_DESK, to: ['carla@customer.example'] };
  try {
    return await rateOf(5, 3000, async () => {
      const result = await transport.send(mime, envelope, new AbortController().signal);
      if (result.kind !== 'answered' || result.accepted.length !== 1) throw new Error(JSON.stringify(result));
      return 1;
    });
  } finally {
    transport.close();
  }
}

/** Leaves this many deliveries waiting at the most and says how many they are; fails when there are not a quarter as many. */
async function keepWaiting(db: Db, count: number): Promise<number> {
  await db`
    update deliveries
    set state = 'cancelled', next_attempt_at = null
    where state = 'queued' and id not in (select id from deliveries where state = 'queued' order by id limit ${count})`;
  const [row] = await db<
    { count: number }[]
  >`select count(*) as count from deliveries where state = 'queued'`;
  const waiting = row?.count ?? 0;
  if (waiting < count / 4) throw new Error(`only ${waiting} deliveries wait`);
  return waiting;
}
