// A process that needs the embedded PostgreSQL, to be killed by tests: `node embedded-postgres-process.ts DATA_DIR`.
// It prints one line of JSON once the database serves, and stops when its standard input ends.
import { jsonLog } from '../../src/platform/log.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('usage: embedded-postgres-process.ts DATA_DIR');

const cluster = await runCluster({ dataDir, log: jsonLog('silent') });
console.log(JSON.stringify({ url: cluster.url, adminUrl: cluster.adminUrl, how: cluster.how }));
for await (const _ of process.stdin);
await cluster.stop();
