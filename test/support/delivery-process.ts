import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { connect } from '../../src/platform/db/connect.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { startDeliveryWorker } from '../../src/outbox/sending/worker.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { oneAccount } from './transports.ts';

// A worker process as the server runs one, for tests that kill it: DATABASE_URL SMTP_URL LEASE_MS as arguments.
const [databaseUrl = '', smtpUrl = '', leaseMs = ''] = process.argv.slice(2);
const db = connect(databaseUrl, { max: 6 });
await db`select 1`;
flushCompileCache();
process.stdout.write('ready\n');
// It starts to work at a word on standard input, so that a test can have processes in store.
await once(process.stdin, 'data');
process.stdin.pause();
startDeliveryWorker(
  {
    db,
    clock: systemClock,
    log: silentLog,
    publicUrl: 'https://desk.example.com',
    transports: oneAccount(smtpTransport({ url: smtpUrl })),
  },
  { leaseMs: Number(leaseMs), pollMs: 50 },
);
