import type { BlockList } from 'node:net';
import { givenFields } from '../../platform/given-fields.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { isInternalHost } from '../../platform/net/internal-addresses.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import { HOUR } from '../../platform/time.ts';
import { generateWebhookSecret } from '../../platform/webhook-secret.ts';
import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, requireWholeDesk, servesMailbox } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { justBefore } from '../feed/feed.ts';
import { findHorizon } from '../feed/queries.ts';
import { findWebhook } from './find-webhook.ts';
import {
  addSecretRow,
  deleteWebhook,
  findWebhookRow,
  insertWebhook,
  listKnownMailboxes,
  updateWebhook,
} from './queries.ts';
import type { Webhook, WebhookSettings } from './webhook.ts';

export type WebhookDeps = Pick<Deps, 'db' | 'clock' | 'keyring'> & {
  /** Never connect to these addresses; absent: all are allowed. */
  readonly webhooksForbid?: BlockList | undefined;
};

/** Default time for which a replaced secret still signs. */
const OLD_SECRET_HOURS = 24;

/**
 * Adds a webhook that receives every event from now on. Returns the signing secret in clear, this once; a repeated call with
 * the same idempotency key returns the webhook without it.
 */
export async function addWebhook(
  deps: WebhookDeps,
  actor: OperatorActor,
  input: WebhookSettings & { readonly idempotency?: Idempotency | null },
): Promise<{ readonly webhook: Webhook; readonly secret: string | null }> {
  requirePermission(actor, 'webhooks.manage');
  const settings = cleaned(deps, input);
  const at = deps.clock.now();
  let secret: string | null = null;
  return deps.db.begin(async (tx) => {
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      await requireMailboxes(tx, actor, settings.mailboxIds);
      const position = justBefore(await findHorizon(tx));
      const webhookId = await insertWebhook(tx, { ...settings, position, at });
      secret = generateWebhookSecret();
      await addSecretRow(tx, { webhookId, sealed: deps.keyring.seal(secret), at, othersUntil: at });
      await tell(tx, actor, 'webhook.added', {
        webhook: { id: webhookId, ...settings },
        at,
        now: told(settings),
      });
      return webhookId;
    });
    return { webhook: await findWebhook({ db: tx }, actor, id), secret };
  });
}

export type WebhookChanges = { readonly [Name in keyof WebhookSettings]?: WebhookSettings[Name] | undefined };

/** Changes a webhook; absent fields stay. Switched on again, it receives what happened while it was off. */
export async function editWebhook(
  deps: WebhookDeps,
  actor: OperatorActor,
  input: { readonly webhookId: number; readonly changes: WebhookChanges },
): Promise<Webhook> {
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const before = await lockWebhook(tx, actor, input.webhookId);
    const given = givenFields(input.changes);
    const settings = cleaned(deps, { ...before, ...given });
    if (given.mailboxIds !== undefined) await requireMailboxes(tx, actor, settings.mailboxIds);
    const changed = changedFields(told(before), told(settings));
    if (changed === null) return findWebhook({ db: tx }, actor, before.id);
    await updateWebhook(tx, before.id, { ...settings, at });
    await tell(tx, actor, 'webhook.edited', {
      webhook: { ...before, ...settings },
      at,
      was: changed.old,
      now: changed.new,
    });
    return findWebhook({ db: tx }, actor, before.id);
  });
}

/** Removes a webhook with its log; nothing more is posted to it. */
export async function removeWebhook(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  { webhookId }: { readonly webhookId: number },
): Promise<void> {
  await deps.db.begin(async (tx) => {
    const webhook = await lockWebhook(tx, actor, webhookId);
    await deleteWebhook(tx, webhookId);
    await tell(tx, actor, 'webhook.removed', { webhook, at: deps.clock.now(), was: told(webhook) });
  });
}

/** Gives a webhook a new secret; the old ones sign beside it for some hours, until the receiver knows the new one. */
export async function rotateWebhookSecret(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  actor: OperatorActor,
  input: { readonly webhookId: number; readonly keepHours?: number | undefined },
): Promise<string> {
  const { webhookId, keepHours = OLD_SECRET_HOURS } = input;
  const at = deps.clock.now();
  const secret = generateWebhookSecret();
  await deps.db.begin(async (tx) => {
    const webhook = await lockWebhook(tx, actor, webhookId);
    const othersUntil = new Date(at.getTime() + keepHours * HOUR);
    await addSecretRow(tx, { webhookId, sealed: deps.keyring.seal(secret), at, othersUntil });
    await tell(tx, actor, 'webhook.secret_rotated', {
      webhook,
      at,
      now: { oldValidUntil: othersUntil.toISOString() },
    });
  });
  return secret;
}

async function lockWebhook(tx: Transaction, actor: OperatorActor, id: number): Promise<Webhook> {
  requirePermission(actor, 'webhooks.manage');
  const webhook = await findWebhookRow(tx, actor, id, 'locked');
  if (webhook === null) throw notFound('webhook', id);
  return webhook;
}

async function requireMailboxes(
  tx: Transaction,
  actor: OperatorActor,
  mailboxIds: readonly number[] | null,
): Promise<void> {
  if (mailboxIds === null) return requireWholeDesk(actor);
  const known = await listKnownMailboxes(tx, mailboxIds);
  const unknown = mailboxIds.findIndex((id) => !known.includes(id) || !servesMailbox(actor, id));
  if (unknown >= 0) throw invalidField(`/mailboxIds/${unknown}`, 'is not a mailbox');
}

function cleaned(deps: Pick<WebhookDeps, 'webhooksForbid'>, settings: WebhookSettings): WebhookSettings {
  const { url, name, types, mailboxIds, enabled } = settings;
  const fault = urlFault(url, deps.webhooksForbid);
  if (fault !== null) throw invalidField('/url', fault);
  if (types !== null && types.length === 0)
    throw invalidField('/types', 'must name a type, or be null for all');
  if (mailboxIds !== null && mailboxIds.length === 0) {
    throw invalidField('/mailboxIds', 'must name a mailbox, or be null for all');
  }
  return {
    url,
    name: cleanLine(name),
    types: types === null ? null : [...new Set(types)],
    mailboxIds: mailboxIds === null ? null : [...new Set(mailboxIds)],
    enabled,
  };
}

function urlFault(text: string, forbids: BlockList | undefined): string | null {
  if (!URL.canParse(text)) return 'must be a URL such as https://example.com/mailroom-events';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return 'must not have a user name or password: the signature shows who posts';
  }
  if (forbids === undefined)
    return /^https?:$/.test(url.protocol) ? null : 'must begin with https:// or http://';
  if (url.protocol !== 'https:') return 'must begin with https://';
  return isInternalHost(url.hostname, forbids)
    ? 'must not lead to this machine or an internal network; WEBHOOKS_INTERNAL=true allows it'
    : null;
}

function told({ url, name, types, mailboxIds, enabled }: WebhookSettings): Record<string, unknown> {
  return { url, name, types, mailboxIds, enabled };
}

async function tell(
  tx: Transaction,
  actor: OperatorActor,
  type: `webhook.${'added' | 'edited' | 'removed' | 'secret_rotated'}`,
  change: {
    readonly webhook: Pick<Webhook, 'id' | 'mailboxIds'>;
    readonly at: Date;
    readonly was?: Readonly<Record<string, unknown>>;
    readonly now?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { webhook, at, was, now } = change;
  await recordEvent(tx, {
    type,
    actor,
    at,
    mailboxId: webhook.mailboxIds?.[0] ?? null,
    ...(was === undefined ? {} : { old: { webhookId: webhook.id, ...was } }),
    new: { webhookId: webhook.id, ...now },
  });
}
