import { connect } from '../../src/platform/db/connect.ts';
import { silentLog } from '../../src/platform/log.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { startDeliveryWorker } from '../../src/outbox/sending/worker.ts';
import { tellingComposers } from '../../src/requests/telling/desk-composers.ts';
import { tellOperators } from '../../src/requests/telling/tell-operators.ts';
import { oneAccount } from '../support/transports.ts';

// A process that tells operators and sends what is due, to be killed; its time is the proof's: DATABASE_URL SMTP_URL as arguments.
const [databaseUrl = '', smtpUrl = ''] = process.argv.slice(2);
const db = connect(databaseUrl, { max: 4 });
let now = await timeOf();
const deps = {
  db,
  clock: { now: () => now },
  log: silentLog,
  publicUrl: 'https://desk.example.com',
  transports: oneAccount(smtpTransport({ url: smtpUrl })),
};
const worker = startDeliveryWorker(
  { ...deps, deskComposers: tellingComposers(deps) },
  { pollMs: 50, leaseMs: 4000 },
);
process.stdout.write('ready\n');
for (;;) {
  now = await timeOf();
  await tellOperators({ ...deps, wakeDeliveries: worker.wake });
}

async function timeOf(): Promise<Date> {
  const [row] = await db<{ at: Date }[]>`select at from proof_clock`;
  if (row === undefined) throw new Error('the proof has a clock');
  return row.at;
}
