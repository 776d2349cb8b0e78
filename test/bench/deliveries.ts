import { connect, type Db } from '../../src/db/connect.ts';
import { smtpTransport } from '../../src/deliveries/transport.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';
import { mailOf } from '../support/intake.ts';
import { BENCH_DESK, rateOf, startDesk } from './desk.ts';

const MAILS = 2000;

/** Deliveries a minute to a local listener by the server's own worker, beside what the bare SMTP transport sends. */
export async function benchDeliveries(databaseUrl: string): Promise<void> {
  const db = connect(databaseUrl, { max: 2 });
  const smtp = await startSmtpListener();
  try {
    await keepWaiting(db, MAILS);
    const bare = (await bareRate(smtp.url)) * 60;
    const before = smtp.mails.length;
    const desk = await startDesk(databaseUrl, { SMTP_URL: smtp.url });
    await smtp.received(before + 200);
    const began = performance.now();
    await smtp.received(before + MAILS);
    const sent = ((MAILS - 200) / (performance.now() - began)) * 60_000;
    await desk.stop();
    const [row] = await db<
      { count: number }[]
    >`select count(*) as count from deliveries where state = 'sent'`;
    if (row?.count !== MAILS) throw new Error(`${row?.count} of ${MAILS} are marked as sent`);
    console.log(
      `\ndeliveries/min: ${sent.toFixed(0)}, the bare transport alone ${bare.toFixed(0)}, ratio ${(sent / bare).toFixed(2)}`,
    );
  } finally {
    await smtp.stop();
    await db.end();
  }
}

async function bareRate(url: string): Promise<number> {
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

async function keepWaiting(db: Db, count: number): Promise<void> {
  await db`
    update deliveries
    set state = 'cancelled', next_attempt_at = null
    where state = 'queued' and id not in (select id from deliveries where state = 'queued' order by id limit ${count})`;
  const [row] = await db<
    { count: number }[]
  >`select count(*) as count from deliveries where state = 'queued'`;
  if (row?.count !== count) throw new Error(`only ${row?.count} deliveries wait`);
}
