import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { describeFaults, type Environment, readConfig } from '../../src/apps/config.ts';

const RELAY_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const APP_SECRET = 'a'.repeat(32);

test('an empty environment is a desk of its own on this machine', () => {
  expect(configOf({})).toEqual({
    port: 3000,
    host: '127.0.0.1',
    publicUrl: null,
    databaseUrl: null,
    dataDir: resolve('data'),
    firstMailbox: null,
    adminEmail: null,
    smtp: null,
    googleClient: null,
    appSecrets: null,
    logLevel: 'info',
  });
});

test('every variable arrives, addresses in the form in which they are stored', () => {
  const config = configOf({
    PORT: '0',
    HOST: '::',
    PUBLIC_URL: 'https://Desk.example.com/',
    DATABASE_URL: 'postgres://u:p@db.example.com/desk',
    DATA_DIR: '/var/lib/mail room',
    MAILBOX_ADDRESS: 'Support@Bücher.example',
    MAILBOX_NAME: 'Bücher & Co.',
    RELAY_SECRET,
    ADMIN_EMAIL: 'Anna@Example.com',
    SMTP_URL: 'smtps://u%40example.com:p@smtp.example.com',
    SMTP_DAILY_LIMIT: '500',
    SMTP_PUBLIC_ONLY: 'true',
    WEBHOOKS_INTERNAL: 'true',
    GOOGLE_CLIENT_ID: '1.apps.googleusercontent.com',
    GOOGLE_CLIENT_SECRET: 'GOCSPX-x',
    S3_BUCKET: 'mailroom-files',
    S3_REGION: 'eu-central-1',
    S3_ACCESS_KEY_ID: 'AKIA1',
    S3_SECRET_ACCESS_KEY: 's3cret',
    CLAMD_URL: 'tcp://[::1]:3310',
    APP_SECRET: ` ${APP_SECRET} , ${'b'.repeat(40)}`,
    LOG_LEVEL: 'warn',
  });
  expect(config).toEqual({
    port: 0,
    host: '::',
    publicUrl: 'https://desk.example.com',
    databaseUrl: 'postgres://u:p@db.example.com/desk',
    dataDir: '/var/lib/mail room',
    firstMailbox: { address: 'support@xn--bcher-kva.example', name: 'Bücher & Co.', secret: RELAY_SECRET },
    adminEmail: 'anna@example.com',
    smtp: { url: 'smtps://u%40example.com:p@smtp.example.com', oauth: null, dailyLimit: 500 },
    smtpPublicOnly: true,
    webhooksInternal: true,
    googleClient: { id: '1.apps.googleusercontent.com', secret: 'GOCSPX-x' },
    bucket: {
      bucket: 'mailroom-files',
      region: 'eu-central-1',
      endpoint: null,
      accessKeyId: 'AKIA1',
      secretAccessKey: 's3cret',
      minBytes: 131_072,
    },
    clamd: { host: '::1', port: 3310 },
    appSecrets: [APP_SECRET, 'b'.repeat(40)],
    logLevel: 'warn',
  });
});

const CLOUD = {
  MICROSOFT_LOGIN_URL: 'https://login.microsoftonline.us/',
  MICROSOFT_GRAPH_URL: 'https://graph.microsoft.us',
};

test('a cloud of Microsoft’s is its sign-in and its Graph together, over https or on this machine', () => {
  const cloud = { loginUrl: 'https://login.microsoftonline.us', graphUrl: 'https://graph.microsoft.us' };
  const smtpUrl = 'smtp://smtp.office365.com:587';
  expect(configOf({}).microsoft).toBeUndefined();
  expect(configOf(CLOUD).microsoft).toEqual({ ...cloud, smtpUrl });
  const MICROSOFT_SMTP_URL = 'smtp://smtp.office365.us:587';
  expect(configOf({ ...CLOUD, MICROSOFT_SMTP_URL }).microsoft?.smtpUrl).toBe(MICROSOFT_SMTP_URL);
  expect(configOf({ ...CLOUD, MICROSOFT_GRAPH_URL: 'http://127.0.0.1:8080/' }).microsoft?.graphUrl).toBe(
    'http://127.0.0.1:8080',
  );
  const named = (env: Environment) => faultsOf(env).map(({ variable }) => variable);
  expect(named({ MICROSOFT_SMTP_URL })).toEqual(['MICROSOFT_LOGIN_URL', 'MICROSOFT_GRAPH_URL']);
  for (const MICROSOFT_GRAPH_URL of ['http://graph.example.com', 'https://a@graph.example.com', 'graph'])
    expect(named({ ...CLOUD, MICROSOFT_GRAPH_URL })).toEqual(['MICROSOFT_GRAPH_URL']);
});

test('an identity provider is its issuer, audience and keys together, which come over https', () => {
  const [OIDC_ISSUER, OIDC_AUDIENCE] = ['https://login.example.com/', 'mailroom'];
  const OIDC_JWKS_URL = 'https://login.example.com/keys';
  const whole = { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL };
  const provider = { issuer: OIDC_ISSUER, audience: OIDC_AUDIENCE, jwksUrl: OIDC_JWKS_URL };
  expect(configOf(whole).identityProvider).toEqual({ ...provider, roleClaim: null });
  expect(configOf({ ...whole, OIDC_ROLE_CLAIM: 'groups' }).identityProvider).toEqual({
    ...provider,
    roleClaim: 'groups',
  });
  const OIDC_CLIENT_ID = 'desk';
  expect(configOf({ ...whole, OIDC_CLIENT_ID }).oidcClient).toEqual({ id: 'desk', secret: null });
  const named = (env: Environment) => faultsOf(env).map((fault) => fault.variable);
  expect(named({ OIDC_ISSUER })).toEqual(['OIDC_AUDIENCE', 'OIDC_JWKS_URL']);
  expect(named({ ...whole, OIDC_CLIENT_SECRET: 'x' })).toEqual(['OIDC_CLIENT_ID']);
  expect(named({ OIDC_ROLE_CLAIM: 'groups' })).toEqual(['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL']);
  for (const url of ['http://login.example.com/keys', 'keys', 'file:///etc/passwd']) {
    expect(named({ ...whole, OIDC_JWKS_URL: url })).toEqual(['OIDC_JWKS_URL']);
  }
  expect(
    configOf({
      ...whole,
      OIDC_ALLOWED_DOMAINS: 'Example.com, example.org',
      OIDC_GROUP_ROLES: 'Desk Admins=admin,staff = agent',
    }).identityProvider,
  ).toMatchObject({
    allowedDomains: ['example.com', 'example.org'],
    groups: {
      claim: 'groups',
      roles: new Map([
        ['Desk Admins', 'admin'],
        ['staff', 'agent'],
      ]),
    },
  });
  expect(named({ ...whole, OIDC_GROUPS_CLAIM: 'teams' })).toEqual(['OIDC_GROUP_ROLES']);
  expect(named({ ...whole, OIDC_GROUP_ROLES: 'staff=boss', OIDC_ALLOWED_DOMAINS: '@x' })).toEqual([
    'OIDC_ALLOWED_DOMAINS',
    'OIDC_GROUP_ROLES',
  ]);
});

test('an empty variable counts as unset', () => {
  expect(configOf({ PORT: '', SMTP_URL: '  ', APP_SECRET: '' })).toMatchObject({
    port: 3000,
    smtp: null,
    appSecrets: null,
  });
});

test('all faults come in one message, a line each, in the order of .env.example', () => {
  const reading = readConfig({
    LOG_LEVEL: 'loud',
    APP_SECRET: 'short',
    SMTP_URL: 'http://smtp.example.com',
    RELAY_SECRET: 'whsec_short',
    DATABASE_URL: 'mysql://db',
    PORT: '70000',
  });
  if (reading.ok) throw new Error('accepted');
  const lines = describeFaults(reading.faults).split('\n');
  expect(lines[0]).toMatch(/^7 settings are wrong/);
  expect(lines.slice(1).map((line) => line.trim().split(':')[0])).toEqual([
    'PORT',
    'DATABASE_URL',
    'MAILBOX_ADDRESS',
    'RELAY_SECRET',
    'SMTP_URL',
    'APP_SECRET',
    'LOG_LEVEL',
  ]);
});

test.each([
  ['CLAMD_URL', 'http://127.0.0.1:3310'],
  ['CLAMD_URL', 'tcp://127.0.0.1'],
  ['CLAMD_URL', 'unix:'],
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '3000.5'],
  ['PORT', '0x10'],
  ['HOST', 'http://localhost'],
  ['PUBLIC_URL', 'desk.example.com'],
  ['PUBLIC_URL', 'ftp://desk.example.com'],
  ['PUBLIC_URL', 'https://desk.example.com/desk//x'],
  ['PUBLIC_URL', 'https://desk.example.com/a desk'],
  ['PUBLIC_URL', 'https://desk.example.com/desk#top'],
  ['PUBLIC_URL', 'https://desk.example.com/?a=b'],
  ['PUBLIC_URL', 'https://user:secret@desk.example.com'],
  ['DATABASE_URL', 'mysql://u:secret@db/desk'],
  ['DATABASE_URL', 'postgres://u:secret@db:port/desk'],
  ['MAILBOX_ADDRESS', 'Support <support@example.com>'],
  ['MAILBOX_ADDRESS', 'support'],
  ['MAILBOX_ADDRESS', 'support@localhost'],
  ['MAILBOX_ADDRESS', 'a@b@example.com'],
  ['MAILBOX_ADDRESS', '.a@example.com'],
  ['MAILBOX_NAME', 'one\ntwo'],
  ['RELAY_SECRET', 'c2VjcmV0'],
  ['RELAY_SECRET', `whsec_${Buffer.alloc(23).toString('base64')}`],
  ['RELAY_SECRET', `whsec_${Buffer.alloc(65).toString('base64')}`],
  ['RELAY_SECRET', `whsec_${Buffer.alloc(32).toString('base64').slice(0, -2)}!!`],
  ['ADMIN_EMAIL', 'anna'],
  ['SMTP_URL', 'smtp.example.com:587'],
  ['SMTP_URL', 'smtp://'],
  ['SMTP_URL', 'smtp://u:100%secret@smtp.example.com'],
  ['SMTP_DAILY_LIMIT', '0'],
  ['SMTP_DAILY_LIMIT', 'many'],
  ['SMTP_PUBLIC_ONLY', 'yes'],
  ['WEBHOOKS_INTERNAL', 'yes'],
  ['MICROSOFT_SMTP_URL', 'smtp://u:p@smtp.office365.us'],
  ['APP_SECRET', `${APP_SECRET},secret`],
  ['LOG_LEVEL', 'verbose'],
])('%s is refused as %j, in words that say what is right', (variable, value) => {
  const faults = faultsOf({
    MAILBOX_ADDRESS: 'support@example.com',
    RELAY_SECRET,
    APP_SECRET,
    ...(variable.startsWith('MICROSOFT') ? CLOUD : {}),
    [variable]: value,
  });
  expect(faults.map((fault) => fault.variable)).toEqual([variable]);
  expect(faults[0]?.detail).toMatch(/must be|must have/);
});

test('no fault repeats a value: it may hold a password', () => {
  const env = Object.fromEntries(
    [
      'PORT',
      'HOST',
      'PUBLIC_URL',
      'DATABASE_URL',
      'RELAY_SECRET',
      'ADMIN_EMAIL',
      'SMTP_URL',
      'APP_SECRET',
      'LOG_LEVEL',
    ].map((variable) => [variable, `x://u:hunter2@${variable} hunter2`]),
  );
  const faults = faultsOf({ ...env, APP_SECRET: 'hunter2' });
  expect(faults).toHaveLength(10);
  expect(describeFaults(faults)).not.toContain('hunter2');
});

test.each<[string, Environment]>([
  ['RELAY_SECRET', { MAILBOX_ADDRESS: 'support@example.com' }],
  ['MAILBOX_ADDRESS', { RELAY_SECRET }],
  ['MAILBOX_ADDRESS', { MAILBOX_NAME: 'Support' }],
  ['APP_SECRET', { DATABASE_URL: 'postgres://u:p@db/desk' }],
  [
    'SMTP_OAUTH_REFRESH_TOKEN',
    { SMTP_URL: 'smtps://u@h.example', SMTP_OAUTH_CLIENT_ID: 'a', SMTP_OAUTH_CLIENT_SECRET: 'b' },
  ],
  ['S3_BUCKET', { S3_REGION: 'eu-central-1', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' }],
  [
    'S3_SECRET_ACCESS_KEY',
    { S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'a', S3_ENDPOINT: 'http://s3.example.com' },
  ],
  ['S3_REGION', { S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' }],
])('%s is missed when what needs it is set', (variable, env) => {
  const faults = faultsOf(env);
  expect(faults.map((fault) => fault.variable)).toEqual([variable]);
  expect(faults[0]?.detail).toMatch(/^is missing, and \w+ needs it/);
});

test('OAuth takes the place of a password when all three of its parts are set', () => {
  const oauth = { SMTP_OAUTH_CLIENT_ID: 'a', SMTP_OAUTH_CLIENT_SECRET: 'b', SMTP_OAUTH_REFRESH_TOKEN: 'c' };
  const url = 'smtps://u%40example.com@smtp.gmail.com:465';
  expect(configOf({ SMTP_URL: url, ...oauth }).smtp).toEqual({
    url,
    oauth: { clientId: 'a', clientSecret: 'b', refreshToken: 'c' },
    dailyLimit: null,
  });
  expect(faultsOf(oauth).map((fault) => fault.variable)).toEqual(['SMTP_URL']);
});

test('a database address may name several hosts', () => {
  const databaseUrl = 'postgres://u:p@a.example.com:5432,b.example.com:5432/desk';
  expect(configOf({ DATABASE_URL: databaseUrl, APP_SECRET })).toMatchObject({ databaseUrl });
});

test('.env.example names every variable and is accepted as it stands', async () => {
  const text = await readFile('.env.example', 'utf8');
  const named = [...text.matchAll(/^#?([A-Z0-9_]+)=/gm)].map((match) => match[1]);
  expect(named).toEqual([
    'PORT',
    'HOST',
    'HEALTH_PORT',
    'PUBLIC_URL',
    'DATABASE_URL',
    'DATA_DIR',
    'MAILBOX_ADDRESS',
    'MAILBOX_NAME',
    'RELAY_SECRET',
    'ADMIN_EMAIL',
    'SMTP_URL',
    'SMTP_OAUTH_CLIENT_ID',
    'SMTP_OAUTH_CLIENT_SECRET',
    'SMTP_OAUTH_REFRESH_TOKEN',
    'SMTP_DAILY_LIMIT',
    'SMTP_PUBLIC_ONLY',
    'WEBHOOKS_INTERNAL',
    'GOOGLE_CLIENT_ID',
    'GOOGLE_CLIENT_SECRET',
    'MICROSOFT_LOGIN_URL',
    'MICROSOFT_GRAPH_URL',
    'MICROSOFT_SMTP_URL',
    'OIDC_ISSUER',
    'OIDC_AUDIENCE',
    'OIDC_JWKS_URL',
    'OIDC_ROLE_CLAIM',
    'OIDC_ALLOWED_DOMAINS',
    'OIDC_GROUPS_CLAIM',
    'OIDC_GROUP_ROLES',
    'OIDC_CLIENT_ID',
    'OIDC_CLIENT_SECRET',
    'S3_BUCKET',
    'S3_ENDPOINT',
    'S3_REGION',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    'S3_MIN_BYTES',
    'CLAMD_URL',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_SERVICE_NAME',
    'APP_SECRET',
    'TRUSTED_PROXIES',
    'LOG_LEVEL',
  ]);
  const active = Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]),
  );
  expect(configOf(active)).toEqual(configOf({}));
  const all = Object.fromEntries(
    [...text.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]),
  );
  expect(readConfig({ ...all, RELAY_SECRET, APP_SECRET }).ok).toBe(true);
});

function configOf(env: Environment) {
  const reading = readConfig(env);
  if (!reading.ok) throw new Error(describeFaults(reading.faults));
  return reading.config;
}

function faultsOf(env: Environment) {
  const reading = readConfig(env);
  return reading.ok ? [] : reading.faults;
}
