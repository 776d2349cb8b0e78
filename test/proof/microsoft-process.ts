import { openMicrosoft } from '../../src/intake/microsoft/access/open-microsoft.ts';
import { MICROSOFT } from '../../src/intake/microsoft/graph/endpoints.ts';
import { startFetcher } from '../../src/intake/microsoft/fetching/fetcher.ts';
import { graphTransport } from '../../src/intake/microsoft/sending/graph-transport.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { createTransports } from '../../src/outbox/accounts/transports.ts';
import { startDeliveryWorker } from '../../src/outbox/sending/worker.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { silentLog } from '../../src/platform/log.ts';
import { fastClock } from './fast-clock.ts';

// A process that fetches and sends, by a clock that runs fast: DATABASE_URL TENANT_URL APP_SECRET BEGAN LEASE_MS as arguments.
const [databaseUrl = '', tenantUrl = '', secret = '', began = '', leaseMs = ''] = process.argv.slice(2);
const db = connect(databaseUrl, { max: 6 });
const deps = {
  db,
  clock: fastClock(Number(began)),
  log: silentLog,
  keyring: createKeyring([secret]),
  parsePool: createParsePool({ size: 1 }),
  wakeDeliveries() {},
  publicUrl: 'https://desk.example.com',
};
const microsoft = openMicrosoft(deps, { ...MICROSOFT, loginUrl: tenantUrl, graphUrl: tenantUrl });
const transports = createTransports(deps, null, { openService: graphTransport(microsoft) });
startFetcher({ ...deps, microsoft }, 100);
startDeliveryWorker({ ...deps, transports }, { leaseMs: Number(leaseMs), pollMs: 100 });
process.stdout.write('ready\n');
