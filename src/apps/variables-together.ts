import { appSecretAdvice, relaySecretAdvice } from './environment.ts';

export type ConfigFault = { readonly variable: string; readonly detail: string };

const OAUTH = ['SMTP_OAUTH_CLIENT_ID', 'SMTP_OAUTH_CLIENT_SECRET', 'SMTP_OAUTH_REFRESH_TOKEN'] as const;

// The first three go together, the others may be left out.
const OIDC = [
  'OIDC_ISSUER',
  'OIDC_AUDIENCE',
  'OIDC_JWKS_URL',
  'OIDC_ROLE_CLAIM',
  'OIDC_ALLOWED_DOMAINS',
  'OIDC_GROUPS_CLAIM',
  'OIDC_GROUP_ROLES',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
] as const;

const S3 = [
  'S3_BUCKET',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'S3_ENDPOINT',
  'S3_REGION',
  'S3_MIN_BYTES',
] as const;
const MICROSOFT = ['MICROSOFT_LOGIN_URL', 'MICROSOFT_GRAPH_URL', 'MICROSOFT_SMTP_URL'] as const;

/** Faults between variables, such as one that needs another; reported together with the faults in single ones. */
export function faultsTogether(given: Readonly<Record<string, string>>): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const addMissing = (variable: string, detail: string) => {
    if (given[variable] === undefined) faults.push({ variable, detail: `is missing, and ${detail}` });
  };
  if (given['MAILBOX_ADDRESS'] !== undefined) {
    addMissing('RELAY_SECRET', `MAILBOX_ADDRESS needs it; ${relaySecretAdvice()}`);
  }
  const orphan = ['RELAY_SECRET', 'MAILBOX_NAME'].find((variable) => given[variable] !== undefined);
  if (orphan !== undefined) {
    addMissing(
      'MAILBOX_ADDRESS',
      `${orphan} needs it: the Gmail address people write to, such as support@example.com`,
    );
  }
  const oauth = OAUTH.find((variable) => given[variable] !== undefined);
  if (oauth !== undefined) {
    for (const variable of OAUTH) {
      addMissing(
        variable,
        `${oauth} needs it: signing in by OAuth takes client id, client secret and refresh token`,
      );
    }
    addMissing('SMTP_URL', `${oauth} needs it, with the user name and no password, such as ${OAUTH_URL}`);
  }
  if ((given['GOOGLE_CLIENT_ID'] ?? given['GOOGLE_CLIENT_SECRET']) !== undefined) {
    addMissing('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET needs it: both come from your OAuth client');
    addMissing('GOOGLE_CLIENT_SECRET', 'GOOGLE_CLIENT_ID needs it: both come from your OAuth client');
  }
  const microsoft = MICROSOFT.find((variable) => given[variable] !== undefined);
  if (microsoft !== undefined) {
    for (const variable of MICROSOFT.slice(0, 2))
      addMissing(variable, `${microsoft} needs it: a cloud has its own sign-in and its own Graph`);
  }
  const oidc = OIDC.find((variable) => given[variable] !== undefined);
  if (oidc !== undefined) {
    for (const variable of OIDC.slice(0, 3)) {
      addMissing(variable, `${oidc} needs it: tokens are judged by issuer, audience and the issuer's keys`);
    }
  }
  if (given['OIDC_GROUPS_CLAIM'] !== undefined)
    addMissing('OIDC_GROUP_ROLES', 'OIDC_GROUPS_CLAIM needs it: the role that each group gives');
  if (given['OIDC_CLIENT_SECRET'] !== undefined) {
    addMissing('OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET needs it: both come from your OpenID Connect client');
  }
  const s3 = S3.find((variable) => given[variable] !== undefined);
  if (s3 !== undefined) {
    for (const variable of S3.slice(0, 3)) {
      addMissing(variable, `${s3} needs it: a bucket takes its name and the two parts of an access key`);
    }
    if (given['S3_ENDPOINT'] === undefined) {
      addMissing('S3_REGION', `${s3} needs it for a bucket at Amazon; for one elsewhere set S3_ENDPOINT`);
    }
  }
  if (given['DATABASE_URL'] !== undefined) {
    addMissing('APP_SECRET', `DATABASE_URL needs it, the same for every process; ${appSecretAdvice()}`);
  }
  return faults;
}

const OAUTH_URL = 'smtps://user%40example.com@smtp.gmail.com:465';
