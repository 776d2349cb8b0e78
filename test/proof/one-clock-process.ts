import { createInterface } from 'node:readline';
import { connect } from '../../src/platform/db/connect.ts';
import { followClock } from '../../src/platform/db/database-clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { startDeliveryWorker } from '../../src/outbox/sending/worker.ts';
import { oneAccount } from '../support/transports.ts';

// A sending process whose machine's clock is wrong by SKEW_MS, and is set by as much as each line on standard input says.
// The database's clock is the real one and the proof's steps: DATABASE_URL SMTP_URL LEASE_MS SKEW_MS as arguments.
const [databaseUrl = '', smtpUrl = '', leaseMs = '', skewMs = ''] = process.argv.slice(2);
const RealDate = Date;
let skew = Number(skewMs);
globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number | string]) {
    if (given.length === 0) super(RealDate.now() + skew);
    else super(...(given as [number]));
  }
  static override now(): number {
    return RealDate.now() + skew;
  }
} as DateConstructor;
createInterface(process.stdin).on('line', (line) => (skew += Number(line)));

const db = connect(databaseUrl, { max: 6 });
const clock = followClock(async () => {
  const [row] = await db<{ now: Date }[]>`
    select clock_timestamp() + interval '1 millisecond' * step_ms as now from proof_clock`;
  if (row === undefined) throw new Error('the proof has a clock');
  return row.now;
});
await clock.sync();
setInterval(() => void clock.sync(), 500);
startDeliveryWorker(
  {
    db,
    clock,
    log: silentLog,
    publicUrl: 'https://desk.example.com',
    transports: oneAccount(smtpTransport({ url: smtpUrl })),
  },
  { leaseMs: Number(leaseMs), pollMs: 50 },
);
process.stdout.write('ready\n');
