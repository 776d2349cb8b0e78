import { appSecretAdvice, relaySecretAdvice } from './environment.ts';

export type ConfigFault = { readonly variable: string; readonly detail: string };

const OAUTH = ['SMTP_OAUTH_CLIENT_ID', 'SMTP_OAUTH_CLIENT_SECRET', 'SMTP_OAUTH_REFRESH_TOKEN'] as const;

// The first three go together, the others may be left out.
const OIDC = [
  'OIDC_ISSUER',
  'OIDC_AUDIENCE',
  'OIDC_JWKS_URL',
  'OIDC_ROLE_CLAIM',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
] as const;

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
  const oidc = OIDC.find((variable) => given[variable] !== undefined);
  if (oidc !== undefined) {
    for (const variable of OIDC.slice(0, 3)) {
      addMissing(variable, `${oidc} needs it: tokens are judged by issuer, audience and the issuer's keys`);
    }
  }
  if (given['OIDC_CLIENT_SECRET'] !== undefined) {
    addMissing('OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET needs it: both come from your OpenID Connect client');
  }
  if (given['DATABASE_URL'] !== undefined) {
    addMissing('APP_SECRET', `DATABASE_URL needs it, the same for every process; ${appSecretAdvice()}`);
  }
  return faults;
}

const OAUTH_URL = 'smtps://user%40example.com@smtp.gmail.com:465';
