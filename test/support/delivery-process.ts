import { connect } from '../../src/db/connect.ts';
import { smtpTransport } from '../../src/deliveries/transport.ts';
import { startDeliveryWorker } from '../../src/deliveries/worker.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';

// A worker process as the server runs one, for tests that kill it: DATABASE_URL SMTP_URL LEASE_MS as arguments.
const [databaseUrl = '', smtpUrl = '', leaseMs = ''] = process.argv.slice(2);
const db = connect(databaseUrl, { max: 6 });
await db`select 1`;
startDeliveryWorker(
  {
    db,
    clock: systemClock,
    log: silentLog,
    transport: smtpTransport({ url: smtpUrl }),
    smtpDailyLimit: null,
  },
  { leaseMs: Number(leaseMs), pollMs: 50 },
);
process.stdout.write('ready\n');
