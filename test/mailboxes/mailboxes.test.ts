import { beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/platform/log.ts';
import { addFirstMailbox } from '../../src/mailboxes/settings/add-first-mailbox.ts';
import { addMailbox } from '../../src/mailboxes/settings/add-mailbox.ts';
import { findRelayMailbox } from '../../src/mailboxes/relay-secrets/find-relay-mailbox.ts';
import { findRelaySetup } from '../../src/mailboxes/relay-secrets/find-relay-setup.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { listMailboxes } from '../../src/mailboxes/settings/list-mailboxes.ts';
import { recordHeartbeat } from '../../src/mailboxes/relay-secrets/record-heartbeat.ts';
import { recordSecretUse } from '../../src/mailboxes/relay-secrets/record-secret-use.ts';
import { decodeWebhookSecret } from '../../src/platform/webhook-secret.ts';
import { rotateSecret } from '../../src/mailboxes/relay-secrets/rotate-secret.ts';
import type { OperatorActor } from '../../src/people/access/actor.ts';
import { testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();

const ADDRESS = 'support@example.com';
const system = { kind: 'system' } as const;
const agent: OperatorActor = {
  kind: 'operator',
  operatorId: 1,
  name: 'Anna',
  email: 'anna@example.com',
  role: 'agent',
  mailboxIds: null,
  ledTeamIds: [],
};

let now = new Date('2026-11-22T10:00:00Z');
const warnings: string[] = [];
const deps = {
  db,
  clock: { now: () => now },
  log: { ...silentLog, warn: note, error: note },
  keyring: createKeyring(['a'.repeat(32)]),
  publicUrl: 'https://desk.example.com',
};

beforeEach(() => {
  now = new Date('2026-11-22T10:00:00Z');
  warnings.length = 0;
});

test('a new mailbox accepts mail from now on and has one unused secret', async () => {
  const { mailbox, secret } = await addMailbox(deps, system, {
    address: 'Support@Example.com',
    name: ' Support ',
  });
  expect(mailbox).toEqual({
    id: 1,
    address: ADDRESS,
    name: 'Support',
    language: 'en',
    threadBy: 'sender',
    reopenDays: 0,
    notices: ['created', 'taken', 'closed'],
    askForRating: true,
    offersForm: false,
    quoting: 'last',
    autoCloseDays: 7,
    noticesPerHour: 1000,
    silenceMinutes: 20,
    signature: '',
    aliases: [],
    groupAddresses: [],
    formSenders: [],
    allowedSenders: [],
    deniedSenders: [],
    acceptSince: now,
    source: 'gmail',
    authenticity: 'receiver',
    copies: 'file',
    tenantDomains: [],
  });
  expect(await findRelayMailbox(deps, ADDRESS)).toEqual({
    mailbox: { ...mailbox, templates: [], rulesVersion: null },
    secrets: [{ id: 1, key: decodeWebhookSecret(secret), used: false }],
  });
  expect(await eventTypes()).toEqual(['mailbox.added']);
});

test('a secret is not stored in clear', async () => {
  const { secret } = await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  const rows =
    await db`select row_to_json(r)::text as text from relay_secrets r union all select row_to_json(e)::text from events e`;
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row['text']).not.toContain(secret.slice('whsec_'.length));
});

test('an address is a mailbox once, also when two add it at the same moment', async () => {
  const both = await Promise.allSettled([
    addMailbox(deps, system, { address: ADDRESS, name: 'One' }),
    addMailbox(deps, system, { address: ADDRESS.toUpperCase(), name: 'Two' }),
  ]);
  expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(both.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'already_exists' });
  expect(await db`select id from relay_secrets`).toHaveLength(1);
});

test.each([
  ['/address', { address: 'support', name: 'Support' }],
  ['/name', { address: ADDRESS, name: ' ' }],
  ['/name', { address: ADDRESS, name: 'Support\nBcc: x' }],
  ['/secret', { address: ADDRESS, name: 'Support', secret: 'whsec_short' }],
  ['/reopenDays', { address: ADDRESS, name: 'Support', reopenDays: 366 }],
  ['/reopenDays', { address: ADDRESS, name: 'Support', reopenDays: Number.NaN }],
])('a mailbox with a bad %s is refused and nothing is stored', async (pointer, input) => {
  await expect(addMailbox(deps, system, input)).rejects.toMatchObject({
    code: 'invalid_input',
    extras: { errors: [{ pointer }] },
  });
  expect(await listMailboxes(deps, system)).toEqual([]);
});

test('only an admin or the server touches mailboxes and their secrets', async () => {
  await addMailbox(deps, (await testOperator(deps, { name: 'Ada' })).actor, { address: ADDRESS, name: 'S' });
  for (const role of ['agent', 'lead'] as const) {
    const actor = { ...agent, role };
    const forbidden = { code: 'forbidden' };
    await expect(addMailbox(deps, actor, { address: 'b@example.com', name: 'B' })).rejects.toMatchObject(
      forbidden,
    );
    await expect(rotateSecret(deps, actor, { address: ADDRESS })).rejects.toMatchObject(forbidden);
    await expect(findRelaySetup(deps, actor, {})).rejects.toMatchObject(forbidden);
  }
});

test('an unknown address has no relay', async () => {
  expect(await findRelayMailbox(deps, ADDRESS)).toBeNull();
});

test('a rotated secret is valid beside the old one until the relay uses it', async () => {
  const { mailbox, secret: old } = await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  await recordSecretUse(deps, { mailboxId: mailbox.id, secretId: 1 });
  const { secret } = await rotateSecret(deps, system, { address: ADDRESS });
  expect(await validKeys()).toEqual([
    { id: 2, key: decodeWebhookSecret(secret), used: false },
    { id: 1, key: decodeWebhookSecret(old), used: true },
  ]);

  await recordSecretUse(deps, { mailboxId: mailbox.id, secretId: 1 });
  expect(await validKeys()).toHaveLength(2);

  now = new Date('2026-11-22T11:00:00Z');
  await recordSecretUse(deps, { mailboxId: mailbox.id, secretId: 2 });
  await recordSecretUse(deps, { mailboxId: mailbox.id, secretId: 2 });
  expect(await validKeys()).toEqual([{ id: 2, key: decodeWebhookSecret(secret), used: true }]);
  expect(await db`select first_used_at, revoked_at from relay_secrets order by id`).toEqual([
    { firstUsedAt: new Date('2026-11-22T10:00:00Z'), revokedAt: now },
    { firstUsedAt: now, revokedAt: null },
  ]);
  expect(await eventTypes()).toEqual(['mailbox.added', 'mailbox.secret_rotated', 'mailbox.secret_replaced']);
});

test("the first use of one mailbox's secret leaves another mailbox's alone", async () => {
  await addMailbox(deps, system, { address: 'other@example.com', name: 'Other' });
  const { mailbox } = await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  await recordSecretUse(deps, { mailboxId: mailbox.id, secretId: 2 });
  expect((await findRelayMailbox(deps, 'other@example.com'))?.secrets).toHaveLength(1);
});

test('a leaked secret is revoked at once on demand', async () => {
  await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  const { secret } = await rotateSecret(deps, system, { address: ADDRESS, revokeOld: true });
  expect(await validKeys()).toEqual([{ id: 2, key: decodeWebhookSecret(secret), used: false }]);
});

test('a sixth valid secret is refused, unless it ends the others', async () => {
  await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  for (let i = 0; i < 4; i++) await rotateSecret(deps, system, { address: ADDRESS });
  await expect(rotateSecret(deps, system, { address: ADDRESS })).rejects.toMatchObject({
    code: 'wrong_state',
  });
  expect(await validKeys()).toHaveLength(5);
  await rotateSecret(deps, system, { address: ADDRESS, revokeOld: true });
  expect(await validKeys()).toHaveLength(1);
});

test('the secret of an unknown mailbox cannot be rotated', async () => {
  await expect(rotateSecret(deps, system, { address: ADDRESS })).rejects.toMatchObject({ code: 'not_found' });
});

test('a secret that no APP_SECRET opens is left out and logged, the others still hold', async () => {
  await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  const replaced = { ...deps, keyring: createKeyring(['b'.repeat(32)]) };
  await rotateSecret(replaced, system, { address: ADDRESS });
  expect((await findRelayMailbox(replaced, ADDRESS))?.secrets.map((secret) => secret.id)).toEqual([2]);
  expect(warnings).toEqual([expect.stringContaining('cannot be opened')]);
  const rotating = { ...deps, keyring: createKeyring(['b'.repeat(32), 'a'.repeat(32)]) };
  expect((await findRelayMailbox(rotating, ADDRESS))?.secrets.map((secret) => secret.id)).toEqual([2, 1]);
});

test('the first mailbox is added once by any number of starts, and never changed by a later one', async () => {
  const first = {
    address: ADDRESS,
    name: 'Support',
    secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  };
  await Promise.all([
    addFirstMailbox(deps, first),
    addFirstMailbox(deps, first),
    addFirstMailbox(deps, first),
  ]);
  expect(warnings).toEqual([]);
  const other = {
    address: ADDRESS,
    name: 'Renamed',
    secret: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
  };
  await addFirstMailbox(deps, other);
  expect(warnings).toEqual([expect.stringContaining('RELAY_SECRET')]);
  expect(await findRelayMailbox(deps, ADDRESS)).toMatchObject({
    mailbox: { name: 'Support' },
    secrets: [{ id: 1, key: decodeWebhookSecret(first.secret) }],
  });
});

test('what the relay says of itself is kept, the latest word alone', async () => {
  const { mailbox } = await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  const relay = { version: '1.0.0', account: ADDRESS, pending: 3, failed: 1, runtimeTodaySeconds: 412.6 };
  await recordHeartbeat(db, mailbox.id, relay, new Date('2026-11-22T10:05:00Z'));
  await recordHeartbeat(db, mailbox.id, { ...relay, pending: 9 }, new Date('2026-11-22T10:04:00Z'));
  expect(await listMailboxes(deps, system)).toMatchObject([
    {
      relayHeardAt: new Date('2026-11-22T10:05:00Z'),
      relayVersion: '1.0.0',
      relayAccount: ADDRESS,
      relayPending: 3,
      relayFailed: 1,
      relayRuntimeTodaySeconds: 413,
      validSecrets: 1,
    },
  ]);
});

test('a heartbeat with text and numbers that no row can hold is stored as far as it can be', async () => {
  const { mailbox } = await addMailbox(deps, system, { address: ADDRESS, name: 'Support' });
  const relay = {
    version: '1\0.0',
    account: 'x\ud800',
    pending: 9e15,
    failed: 0,
    runtimeTodaySeconds: 1e300,
  };
  await recordHeartbeat(db, mailbox.id, relay, now);
  expect(await listMailboxes(deps, system)).toMatchObject([
    { relayVersion: '1.0', relayAccount: 'x\ufffd', relayPending: 2_147_483_647 },
  ]);
});

test('an operator sees the mailboxes they serve', async () => {
  for (const address of ['a@example.com', 'b@example.com', 'c@example.com']) {
    await addMailbox(deps, system, { address, name: address });
  }
  const seen = async (mailboxIds: readonly number[] | null) =>
    (await listMailboxes(deps, { ...agent, mailboxIds })).map((mailbox) => mailbox.id);
  expect(await seen(null)).toEqual([1, 2, 3]);
  expect(await seen([3, 1])).toEqual([1, 3]);
  expect(await seen([])).toEqual([]);
});

test("a relay's setup holds its address on this server and the newest secret", async () => {
  await addMailbox(deps, system, { address: 'a/b+c@example.com', name: 'Odd' });
  const { secret } = await rotateSecret(deps, system, { address: 'a/b+c@example.com' });
  expect(await findRelaySetup(deps, system, {})).toEqual({
    mailboxId: expect.any(Number),
    address: 'a/b+c@example.com',
    url: 'https://desk.example.com/v1/relay/a%2Fb%2Bc@example.com',
    secret,
  });
});

test('among several mailboxes the relay of one has to be named', async () => {
  await expect(findRelaySetup(deps, system, {})).rejects.toMatchObject({ code: 'not_found' });
  await addMailbox(deps, system, { address: 'a@example.com', name: 'A' });
  await addMailbox(deps, system, { address: 'b@example.com', name: 'B' });
  await expect(findRelaySetup(deps, system, {})).rejects.toMatchObject({
    code: 'invalid_input',
    extras: { errors: [{ pointer: '/mailbox', detail: expect.stringContaining('b@example.com') as string }] },
  });
  await expect(findRelaySetup(deps, system, { address: 'c@example.com' })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect((await findRelaySetup(deps, system, { address: 'B@example.com' })).address).toBe('b@example.com');
});

async function validKeys() {
  return (await findRelayMailbox(deps, ADDRESS))?.secrets;
}

async function eventTypes() {
  return (await db<{ type: string }[]>`select type from events order by id`).map((event) => event.type);
}

function note(_fields: unknown, message: string) {
  warnings.push(message);
}
