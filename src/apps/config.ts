import { resolve } from 'node:path';
import { z } from 'zod';
import type { MainAccount } from '../outbox/accounts/transports.ts';
import type { LogLevel } from '../platform/log.ts';
import { asciiAddress } from '../mail/headers/ascii-address.ts';
import type { IdentityProviderSettings } from '../people/credentials/identity-provider.ts';
import { decodeRelaySecret, RELAY_SECRET_FORM } from '../mailboxes/relay-secrets/relay-secret.ts';

export type Config = {
  readonly port: number;
  readonly host: string;
  /** Null: `http://localhost:` and the port that is listened on. */
  readonly publicUrl: string | null;
  /** Null: an embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly firstMailbox: { readonly address: string; readonly name: string; readonly secret: string } | null;
  readonly adminEmail: string | null;
  /** Null without SMTP_URL. */
  readonly smtp: MainAccount | null;
  /** The OAuth client that `relay install` signs in with; null: given to the command, or stored already. */
  readonly googleClient: { readonly id: string; readonly secret: string } | null;
  /** Absent without OIDC_ISSUER: no outside tokens are taken. */
  readonly identityProvider?: IdentityProviderSettings;
  /** Null: generated into `dataDir` at the first start. */
  readonly appSecrets: readonly string[] | null;
  readonly logLevel: LogLevel;
};

export type ConfigFault = { readonly variable: string; readonly detail: string };

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment of design.md section 8. All faults come at once, each with what would be right; none quotes a value. */
export function readConfig(env: Environment): ConfigReading {
  const given = withoutEmpty(env);
  const parsed = variables.safeParse(given);
  const faults = [...(parsed.success ? [] : faultsIn(parsed.error)), ...faultsTogether(given)];
  if (!parsed.success || faults.length > 0) return { ok: false, faults: inOrder(faults) };
  const value = parsed.data;
  return {
    ok: true,
    config: {
      port: value.PORT,
      host: value.HOST,
      publicUrl: value.PUBLIC_URL ?? null,
      databaseUrl: value.DATABASE_URL ?? null,
      dataDir: resolve(value.DATA_DIR),
      firstMailbox:
        value.MAILBOX_ADDRESS === undefined || value.RELAY_SECRET === undefined
          ? null
          : {
              address: value.MAILBOX_ADDRESS,
              name: value.MAILBOX_NAME ?? value.MAILBOX_ADDRESS,
              secret: value.RELAY_SECRET,
            },
      adminEmail: value.ADMIN_EMAIL ?? null,
      smtp: smtpOf(value),
      googleClient:
        value.GOOGLE_CLIENT_ID === undefined || value.GOOGLE_CLIENT_SECRET === undefined
          ? null
          : { id: value.GOOGLE_CLIENT_ID, secret: value.GOOGLE_CLIENT_SECRET },
      ...identityProviderOf(value),
      appSecrets: value.APP_SECRET ?? null,
      logLevel: value.LOG_LEVEL,
    },
  };
}

/** The faults as one message: a line each, variables in the order of `.env.example`. */
export function describeFaults(faults: readonly ConfigFault[]): string {
  const count = faults.length === 1 ? 'One setting is wrong' : `${faults.length} settings are wrong`;
  const lines = faults.map((fault) => `  ${fault.variable}: ${fault.detail}`);
  return `${count} (environment or .env; .env.example explains each):\n${lines.join('\n')}`;
}

const LOG_LEVELS = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'silent',
] as const satisfies readonly LogLevel[];

const wholeNumber = (least: number, most: number, example: string) => {
  const detail = `must be a whole number from ${least} to ${most}, such as ${example}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, detail)
    .transform(Number)
    .refine((number) => number >= least && number <= most, detail);
};

const emailAddress = (example: string) =>
  z.string().transform((text, context) => {
    const address = asciiAddress(text);
    if (address !== null) return address;
    context.addIssue({ code: 'custom', message: `must be one bare e-mail address, such as ${example}` });
    return z.NEVER;
  });

const address = (fits: (url: URL) => boolean, detail: string) =>
  z.string().refine((text) => URL.canParse(text) && fits(new URL(text)), detail);

const variables = z.object({
  PORT: wholeNumber(0, 65_535, '3000').default(3000),
  HOST: z
    .string()
    .regex(
      /^[A-Za-z0-9.:%_-]+$/,
      'must be an address or host name to listen on, such as 127.0.0.1, 0.0.0.0 or ::',
    )
    .default('127.0.0.1'),
  PUBLIC_URL: address(
    (url) => /^https?:$/.test(url.protocol) && url.host !== '' && url.href === `${url.origin}/`,
    'must be an http:// or https:// address without path, query or password, such as https://desk.example.com',
  )
    .transform((text) => new URL(text).origin)
    .optional(),
  DATABASE_URL: z
    .string()
    .refine(
      isPostgresUrl,
      'must be a PostgreSQL address, such as postgres://mailroom:password@db.example.com:5432/mailroom',
    )
    .optional(),
  DATA_DIR: z.string().default('./data'),
  MAILBOX_ADDRESS: emailAddress('support@example.com').optional(),
  MAILBOX_NAME: z
    .string()
    .max(100, 'must have 100 characters at most')
    .regex(/^\P{Cc}*$/u, 'must be one line of text, such as Example Support')
    .optional(),
  RELAY_SECRET: z
    .string()
    .refine(
      (text) => decodeRelaySecret(text) !== null,
      `must be ${RELAY_SECRET_FORM}; ${relaySecretAdvice()}`,
    )
    .optional(),
  ADMIN_EMAIL: emailAddress('you@example.com').optional(),
  SMTP_URL: address(
    (url) =>
      /^smtps?:$/.test(url.protocol) &&
      url.hostname !== '' &&
      isEscaped(url.username) &&
      isEscaped(url.password),
    'must be an smtp:// or smtps:// address, such as smtps://user%40example.com:password@smtp.example.com:465',
  ).optional(),
  SMTP_OAUTH_CLIENT_ID: z.string().optional(),
  SMTP_OAUTH_CLIENT_SECRET: z.string().optional(),
  SMTP_OAUTH_REFRESH_TOKEN: z.string().optional(),
  SMTP_DAILY_LIMIT: wholeNumber(1, 10_000_000, '1500').optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  OIDC_ISSUER: z.string().max(2000).optional(),
  OIDC_AUDIENCE: z.string().max(2000).optional(),
  OIDC_JWKS_URL: address(
    (url) =>
      url.protocol === 'https:' ||
      (url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)),
    'must be an https:// address, such as https://login.example.com/.well-known/jwks.json',
  ).optional(),
  OIDC_ROLE_CLAIM: z.string().max(200).optional(),
  APP_SECRET: z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .refine(
      (secrets) => secrets.every((secret) => secret.length >= 32),
      `must be one or more secrets of at least 32 characters each, separated by commas; ${appSecretAdvice()}`,
    )
    .optional(),
  LOG_LEVEL: z
    .string()
    .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))
    .default('info'),
});

function smtpOf(value: z.infer<typeof variables>): MainAccount | null {
  if (value.SMTP_URL === undefined) return null;
  const { SMTP_OAUTH_CLIENT_ID: clientId, SMTP_OAUTH_CLIENT_SECRET: clientSecret } = value;
  const refreshToken = value.SMTP_OAUTH_REFRESH_TOKEN;
  const isComplete = clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined;
  return {
    url: value.SMTP_URL,
    oauth: isComplete ? { clientId, clientSecret, refreshToken } : null,
    dailyLimit: value.SMTP_DAILY_LIMIT ?? null,
  };
}

const OAUTH = ['SMTP_OAUTH_CLIENT_ID', 'SMTP_OAUTH_CLIENT_SECRET', 'SMTP_OAUTH_REFRESH_TOKEN'] as const;

// The first three go together, the last one may be left out.
const OIDC = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL', 'OIDC_ROLE_CLAIM'] as const;

function identityProviderOf(value: z.infer<typeof variables>): Pick<Config, 'identityProvider'> {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = value;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return {};
  return { identityProvider: { issuer, audience, jwksUrl, roleClaim: value.OIDC_ROLE_CLAIM ?? null } };
}

// Rules between variables, told together with the faults in single ones.
function faultsTogether(given: Readonly<Record<string, string>>): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const isMissing = (variable: string, detail: string) => {
    if (given[variable] === undefined) faults.push({ variable, detail: `is missing, and ${detail}` });
  };
  if (given['MAILBOX_ADDRESS'] !== undefined) {
    isMissing('RELAY_SECRET', `MAILBOX_ADDRESS needs it; ${relaySecretAdvice()}`);
  }
  const orphan = ['RELAY_SECRET', 'MAILBOX_NAME'].find((variable) => given[variable] !== undefined);
  if (orphan !== undefined) {
    isMissing(
      'MAILBOX_ADDRESS',
      `${orphan} needs it: the Gmail address people write to, such as support@example.com`,
    );
  }
  const oauth = OAUTH.find((variable) => given[variable] !== undefined);
  if (oauth !== undefined) {
    for (const variable of OAUTH) {
      isMissing(
        variable,
        `${oauth} needs it: signing in by OAuth takes client id, client secret and refresh token`,
      );
    }
    isMissing('SMTP_URL', `${oauth} needs it, with the user name and no password, such as ${OAUTH_URL}`);
  }
  if ((given['GOOGLE_CLIENT_ID'] ?? given['GOOGLE_CLIENT_SECRET']) !== undefined) {
    isMissing('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET needs it: both come from your OAuth client');
    isMissing('GOOGLE_CLIENT_SECRET', 'GOOGLE_CLIENT_ID needs it: both come from your OAuth client');
  }
  const oidc = OIDC.find((variable) => given[variable] !== undefined);
  if (oidc !== undefined) {
    for (const variable of OIDC.slice(0, 3)) {
      isMissing(variable, `${oidc} needs it: tokens are judged by issuer, audience and the issuer's keys`);
    }
  }
  if (given['DATABASE_URL'] !== undefined) {
    isMissing('APP_SECRET', `DATABASE_URL needs it, the same for every process; ${appSecretAdvice()}`);
  }
  return faults;
}

const OAUTH_URL = 'smtps://user%40example.com@smtp.gmail.com:465';

function relaySecretAdvice(): string {
  return 'make one with: echo "whsec_$(openssl rand -base64 32)"';
}

function appSecretAdvice(): string {
  return 'make one with: openssl rand -hex 32';
}

// Several hosts (`postgres://a:5432,b:5432/desk`) are an address to PostgreSQL and none to URL.
function isPostgresUrl(text: string): boolean {
  if (!/^postgres(?:ql)?:\/\//.test(text)) return false;
  return URL.canParse(text) || URL.canParse(text.replace(/,[^/?#]*/, ''));
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

// `PORT=` in a .env file means unset, as it does to most programs.
function withoutEmpty(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value.trim()]],
    ),
  );
}

function faultsIn(error: z.ZodError): ConfigFault[] {
  const first = new Map<string, string>();
  for (const issue of error.issues) {
    const variable = String(issue.path[0]);
    if (!first.has(variable)) first.set(variable, issue.message);
  }
  return [...first].map(([variable, detail]) => ({ variable, detail }));
}

function inOrder(faults: readonly ConfigFault[]): ConfigFault[] {
  const order = Object.keys(variables.shape);
  return faults.toSorted((a, b) => order.indexOf(a.variable) - order.indexOf(b.variable));
}
