import { resolve } from 'node:path';
import type { z } from 'zod';
import type { MainAccount } from '../outbox/accounts/transports.ts';
import type { BucketSettings } from '../platform/bucket/bucket.ts';
import type { ClamdPlace } from '../platform/scanning/clamd-call.ts';
import type { LogLevel } from '../platform/log.ts';
import type { TrustedProxies } from '../platform/http/caller-address.ts';
import { MICROSOFT, type MicrosoftEndpoints } from '../intake/microsoft/graph/endpoints.ts';
import type { IdentityProviderSettings } from '../people/credentials/identity-provider.ts';
import { type Variables, variables } from './environment.ts';
import { type ConfigFault, faultsTogether } from './variables-together.ts';

export type Config = {
  readonly port: number;
  readonly host: string;
  /** Where a process that only works tells how it is; absent: nowhere. One that answers HTTP tells it there. */
  readonly healthPort?: number;
  /** Null: `http://localhost:` and the port that is listened on. */
  readonly publicUrl: string | null;
  /** Null: an embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly firstMailbox: { readonly address: string; readonly name: string; readonly secret: string } | null;
  readonly adminEmail: string | null;
  /** Null without SMTP_URL. */
  readonly smtp: MainAccount | null;
  /** Present with SMTP_PUBLIC_ONLY=true: mailboxes' own SMTP accounts connect to no internal address. */
  readonly smtpPublicOnly?: true;
  /** Present with WEBHOOKS_INTERNAL=true: webhooks may be posted to internal addresses, and without TLS. */
  readonly webhooksInternal?: true;
  /** The OAuth client that `relay install` signs in with; null: given to the command, or stored already. */
  readonly googleClient: { readonly id: string; readonly secret: string } | null;
  /** Absent without MICROSOFT_GRAPH_URL: Microsoft's own. */
  readonly microsoft?: MicrosoftEndpoints;
  /** Absent without OIDC_ISSUER: no outside tokens are taken. */
  readonly identityProvider?: IdentityProviderSettings;
  /** Absent without OIDC_CLIENT_ID: nobody signs in at the provider's page. A public client has no secret. */
  readonly oidcClient?: { readonly id: string; readonly secret: string | null };
  /** Absent without S3_BUCKET: every file stays in the database. */
  readonly bucket?: BucketSettings;
  /** Absent without CLAMD_URL: nothing is scanned. */
  readonly clamd?: ClamdPlace;
  /** Absent without OTEL_EXPORTER_OTLP_ENDPOINT: no telemetry is sent, and its code not loaded. */
  readonly telemetry?: TelemetrySettings;
  /** Null: generated into `dataDir` at the first start. */
  readonly appSecrets: readonly string[] | null;
  /** Absent without TRUSTED_PROXIES: a caller's address is that of its connection. */
  readonly trustedProxies?: TrustedProxies;
  readonly logLevel: LogLevel;
};

export type TelemetrySettings = {
  /** Where OTLP over HTTP is taken, such as http://collector:4318. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment. All faults come at once, each with what would be right; none quotes a value. */
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
      ...(value.HEALTH_PORT === undefined ? {} : { healthPort: value.HEALTH_PORT }),
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
      ...(value.SMTP_PUBLIC_ONLY === 'true' ? { smtpPublicOnly: true as const } : {}),
      ...(value.WEBHOOKS_INTERNAL === 'true' ? { webhooksInternal: true as const } : {}),
      googleClient:
        value.GOOGLE_CLIENT_ID === undefined || value.GOOGLE_CLIENT_SECRET === undefined
          ? null
          : { id: value.GOOGLE_CLIENT_ID, secret: value.GOOGLE_CLIENT_SECRET },
      ...microsoftOf(value),
      ...identityProviderOf(value),
      ...(value.OIDC_CLIENT_ID === undefined
        ? {}
        : { oidcClient: { id: value.OIDC_CLIENT_ID, secret: value.OIDC_CLIENT_SECRET ?? null } }),
      ...bucketOf(value),
      ...(value.CLAMD_URL === undefined ? {} : { clamd: clamdPlace(new URL(value.CLAMD_URL)) }),
      ...telemetryOf(value),
      appSecrets: value.APP_SECRET ?? null,
      ...(value.TRUSTED_PROXIES === undefined ? {} : { trustedProxies: value.TRUSTED_PROXIES }),
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

function smtpOf(value: Variables): MainAccount | null {
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

function microsoftOf(value: Variables): Pick<Config, 'microsoft'> {
  const { MICROSOFT_LOGIN_URL: loginUrl, MICROSOFT_GRAPH_URL: graphUrl } = value;
  if (loginUrl === undefined || graphUrl === undefined) return {};
  return { microsoft: { loginUrl, graphUrl, smtpUrl: value.MICROSOFT_SMTP_URL ?? MICROSOFT.smtpUrl } };
}

function telemetryOf(value: Variables): Pick<Config, 'telemetry'> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = {} } = value;
  if (endpoint === undefined) return {};
  return { telemetry: { endpoint, headers, serviceName: value.OTEL_SERVICE_NAME ?? 'mailroom' } };
}

function identityProviderOf(value: Variables): Pick<Config, 'identityProvider'> {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = value;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return {};
  const { OIDC_GROUPS_CLAIM: claim, OIDC_GROUP_ROLES: roles, OIDC_ALLOWED_DOMAINS: allowedDomains } = value;
  return {
    identityProvider: {
      issuer,
      audience,
      jwksUrl,
      roleClaim: value.OIDC_ROLE_CLAIM ?? null,
      ...(allowedDomains === undefined ? {} : { allowedDomains }),
      ...(roles === undefined ? {} : { groups: { claim: claim ?? 'groups', roles } }),
    },
  };
}

const DEFAULT_MIN_BYTES = 131_072;
/** What servers that know no regions take. */
const DEFAULT_REGION = 'us-east-1';

function bucketOf(value: Variables): Pick<Config, 'bucket'> {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = value;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) return {};
  const region = value.S3_REGION ?? DEFAULT_REGION;
  const minBytes = value.S3_MIN_BYTES ?? DEFAULT_MIN_BYTES;
  return {
    bucket: { bucket, region, endpoint: value.S3_ENDPOINT ?? null, accessKeyId, secretAccessKey, minBytes },
  };
}

function clamdPlace({ protocol, hostname, port, pathname }: URL): ClamdPlace {
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname) };
  // An IPv6 address stands in brackets there, and nowhere else.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
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
