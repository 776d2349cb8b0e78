import { refreshGrant } from '../../src/integrations/jira/connections/refresh-grant.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { silentLog } from '../../src/platform/log.ts';

// Refreshes a grant again and again until it is killed: DATABASE_URL AUTH_URL APP_SECRET GRANT_ID as arguments.
const [databaseUrl = '', authUrl = '', secret = '', grantId = ''] = process.argv.slice(2);
const db = connect(databaseUrl, { max: 2 });
const deps = {
  db,
  clock: systemClock,
  log: silentLog,
  keyring: createKeyring([secret]),
  atlassian: { authUrl, gatewayUrl: authUrl },
  publicUrl: 'http://127.0.0.1',
};
for (;;) {
  const [row] = await db<{ refreshedAt: Date | null }[]>`
    select refreshed_at from jira_grants where id = ${Number(grantId)}`;
  await refreshGrant(deps, Number(grantId), { refreshedAt: row?.refreshedAt ?? null });
}
