import { isEscaped } from '../platform/is-escaped.ts';
import { z } from 'zod';
import { parseTrustedProxies } from '../platform/http/caller-address.ts';
import { ROLES } from '../people/access/actor.ts';
import { asciiAddress } from '../mail/headers/ascii-address.ts';
import { decodeWebhookSecret, WEBHOOK_SECRET_FORM } from '../platform/webhook-secret.ts';
import type { LogLevel } from '../platform/log.ts';

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
    context.addIssue({ code: 'custom', message: `must be one bare email address, such as ${example}` });
    return z.NEVER;
  });

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

// Over https, or without leaving this machine.
const isSecret = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

const address = (fits: (url: URL) => boolean, detail: string) =>
  z.string().refine((text) => URL.canParse(text) && fits(new URL(text)), detail);

const baseUrl = (example: string) =>
  address(
    (url) => isSecret(url) && url.username === '' && url.search === '' && url.hash === '',
    `must be an https:// address without query or password, such as ${example}`,
  ).transform((text) => text.replace(/\/+$/, ''));

/** Every variable of `.env.example`, in its order, with what a fault in it says. */
export const variables = z.object({
  PORT: wholeNumber(0, 65_535, '3000').default(3000),
  HOST: z
    .string()
    .regex(
      /^[A-Za-z0-9.:%_-]+$/,
      'must be an address or host name to listen on, such as 127.0.0.1, 0.0.0.0 or ::',
    )
    .default('127.0.0.1'),
  HEALTH_PORT: wholeNumber(1, 65_535, '3001').optional(),
  PUBLIC_URL: address(
    (url) =>
      /^https?:$/.test(url.protocol) &&
      url.host !== '' &&
      url.href === `${url.origin}${url.pathname}` &&
      /^(?:\/[\w.~-]+)*\/?$/.test(url.pathname),
    'must be an http:// or https:// address without query or password, such as https://desk.example.com or ' +
      'https://example.com/desk; a path has letters, digits, -, ., _ and ~',
  )
    .transform((text) => new URL(text).href.replace(/\/$/, ''))
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
      (text) => decodeWebhookSecret(text) !== null,
      `must be ${WEBHOOK_SECRET_FORM}; ${relaySecretAdvice()}`,
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
  SMTP_PUBLIC_ONLY: z
    .string()
    .pipe(z.enum(['true', 'false'], { error: 'must be true or false' }))
    .optional(),
  WEBHOOKS_INTERNAL: z
    .string()
    .pipe(z.enum(['true', 'false'], { error: 'must be true or false' }))
    .optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  MICROSOFT_LOGIN_URL: baseUrl('https://login.microsoftonline.us').optional(),
  MICROSOFT_GRAPH_URL: baseUrl('https://graph.microsoft.us').optional(),
  MICROSOFT_SMTP_URL: address(
    (url) =>
      /^smtps?:$/.test(url.protocol) && url.hostname !== '' && url.username === '' && url.password === '',
    'must be an smtp:// or smtps:// address without a user, such as smtp://smtp.office365.us:587',
  ).optional(),
  OIDC_ISSUER: z.string().max(2000).optional(),
  OIDC_AUDIENCE: z.string().max(2000).optional(),
  OIDC_JWKS_URL: address(
    isSecret,
    'must be an https:// address, such as https://login.example.com/.well-known/jwks.json',
  ).optional(),
  OIDC_ROLE_CLAIM: z.string().max(200).optional(),
  OIDC_ALLOWED_DOMAINS: z
    .string()
    .transform((text) => text.split(',').map((domain) => domain.trim().toLowerCase()))
    .refine(
      (domains) => domains.every((domain) => /^[a-z0-9](?:[a-z0-9-]*\.)+[a-z0-9-]+$/.test(domain)),
      'must be domains separated by commas, such as example.com, example.org',
    )
    .optional(),
  OIDC_GROUPS_CLAIM: z.string().max(200).optional(),
  OIDC_GROUP_ROLES: z
    .string()
    .transform((text, context) => {
      const pairs = text.split(',').map((pair) => /^\s*(.+?)\s*=\s*(\S+)\s*$/.exec(pair));
      const roles = pairs.map((pair) => [pair?.[1] ?? '', ROLES.find((role) => role === pair?.[2])] as const);
      const whole = roles.flatMap(([group, role]) =>
        group === '' || role === undefined ? [] : [[group, role] as const],
      );
      if (whole.length === roles.length) return new Map(whole);
      const message = `must be groups and their roles, such as desk-admins=admin, staff=agent; roles are ${ROLES.join(', ')}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional(),
  OIDC_CLIENT_ID: z.string().max(500).optional(),
  OIDC_CLIENT_SECRET: z.string().max(2000).optional(),
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$/,
      'must be the name of a bucket, such as mailroom-files',
    )
    .optional(),
  S3_ENDPOINT: address(
    (url) =>
      /^https?:$/.test(url.protocol) &&
      url.host !== '' &&
      url.username === '' &&
      url.search === '' &&
      url.hash === '',
    'must be an http:// or https:// address without user or query, such as https://s3.example.com',
  ).optional(),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,50}$/, 'must be the name of a region, such as eu-central-1')
    .optional(),
  S3_ACCESS_KEY_ID: z.string().max(500).optional(),
  S3_SECRET_ACCESS_KEY: z.string().max(2000).optional(),
  S3_MIN_BYTES: wholeNumber(16_384, 100_000_000, '131072').optional(),
  CLAMD_URL: address(
    (url) =>
      (url.protocol === 'tcp:' && url.hostname !== '' && url.port !== '' && url.pathname === '') ||
      (url.protocol === 'unix:' && url.host === '' && url.pathname.length > 1),
    'must be where clamd listens, such as tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl',
  ).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address(
    (url) => /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '',
    'must be an http:// or https:// address, such as http://collector.example.com:4318',
  ).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .transform((text, context) => {
      const pairs = text.split(',').map((pair) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(\S+)\s*$/.exec(pair));
      const isWhole = pairs.every((pair) => pair !== null && isEscaped(pair[2] ?? ''));
      if (isWhole)
        return Object.fromEntries(
          pairs.map((pair) => [pair?.[1] ?? '', decodeURIComponent(pair?.[2] ?? '')]),
        );
      context.addIssue({ code: 'custom', message: 'must be headers such as api-key=secret,other=value' });
      return z.NEVER;
    })
    .optional(),
  OTEL_SERVICE_NAME: z.string().max(200).optional(),
  APP_SECRET: z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .refine(
      (secrets) => secrets.every((secret) => secret.length >= 32),
      `must be one or more secrets of at least 32 characters each, separated by commas; ${appSecretAdvice()}`,
    )
    .optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text, context) => {
      const proxies = parseTrustedProxies(text);
      if (proxies !== null) return proxies;
      const message = 'must be addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional(),
  LOG_LEVEL: z
    .string()
    .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))
    .default('info'),
});

/** The variables that are set, each by itself without fault. */
export type Variables = z.infer<typeof variables>;

export function relaySecretAdvice(): string {
  return 'make one with: echo "whsec_$(openssl rand -base64 32)"';
}

export function appSecretAdvice(): string {
  return 'make one with: openssl rand -hex 32';
}

// Several hosts (`postgres://a:5432,b:5432/desk`) are an address to PostgreSQL and none to URL.
function isPostgresUrl(text: string): boolean {
  if (!/^postgres(?:ql)?:\/\//.test(text)) return false;
  return URL.canParse(text) || URL.canParse(text.replace(/,[^/?#]*/, ''));
}
