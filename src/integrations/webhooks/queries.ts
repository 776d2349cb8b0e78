import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import type { FeedPosition } from '../feed/feed.ts';
import type { Webhook, WebhookSettings } from './webhook.ts';
import { WEBHOOK_SORTS, type WebhookSort } from './webhook-sorts.ts';

const webhookColumns = (db: Queryable) => db`
  w.id, w.url, w.name, w.types, w.mailbox_ids, w.enabled, w.disabled_reason, w.failing_since, w.rests_until, w.created_at,
  w.updated_at,
  (select count(*) from webhook_posts p where p.webhook_id = w.id and p.state in ('waiting', 'sending')) as waiting_count`;

type Scope = Pick<OperatorActor, 'mailboxIds'>;

// A webhook of every mailbox is visible only to operators who serve every mailbox.
function isVisible(db: Queryable, { mailboxIds }: Scope): Fragment {
  return mailboxIds === null ? db`true` : db`w.mailbox_ids <@ ${[...mailboxIds]}::bigint[]`;
}

/** Webhooks that an operator may see, in the order asked for, after a position. */
export async function listWebhookRows(
  db: Queryable,
  viewer: Scope,
  { sort, after, limit }: PageRange<WebhookSort>,
): Promise<(Webhook & { readonly sortValue: string | null })[]> {
  const beyond = after === null ? db`` : db`and ${WEBHOOK_SORTS.isAfter(db, sort, after)}`;
  return db<(Webhook & { readonly sortValue: string | null })[]>`
    select ${webhookColumns(db)}, ${WEBHOOK_SORTS.value(db, sort)} as sort_value
    from webhooks w
    where ${isVisible(db, viewer)} ${beyond}
    ${WEBHOOK_SORTS.orderBy(db, sort)}
    limit ${limit}`;
}

export async function countWebhooks(db: Queryable, viewer: Scope): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from webhooks w where ${isVisible(db, viewer)}`;
  return row?.total ?? 0;
}

/** A webhook that an operator may see, locked on request, or null. */
export async function findWebhookRow(
  db: Queryable,
  viewer: Scope,
  id: number,
  lock: 'locked' | 'read' = 'read',
): Promise<Webhook | null> {
  const [row] = await db<Webhook[]>`
    select ${webhookColumns(db)}
    from webhooks w
    where w.id = ${id} and ${isVisible(db, viewer)}
    ${lock === 'locked' ? db`for update of w` : db``}`;
  return row ?? null;
}

/** Inserts a webhook that receives every event after a position in the feed. */
export async function insertWebhook(
  tx: Transaction,
  {
    url,
    name,
    types,
    mailboxIds,
    enabled,
    position,
    at,
  }: WebhookSettings & { position: FeedPosition; at: Date },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into webhooks
      (url, name, types, mailbox_ids, enabled, position_xact, position_id, created_at, updated_at)
    values
      (${url}, ${name}, ${types === null ? null : [...types]}::text[],
       ${mailboxIds === null ? null : [...mailboxIds]}::bigint[], ${enabled}, ${position.xact}::xid8,
       ${position.id}::bigint, ${at}, ${at})
    returning id`;
  if (row === undefined) throw new Error('inserting a webhook returned no row');
  return row.id;
}

/** Changes settings and resets the failure count; if the webhook is on, waiting posts become due. */
export async function updateWebhook(
  tx: Transaction,
  id: number,
  { url, name, types, mailboxIds, enabled, at }: WebhookSettings & { at: Date },
): Promise<void> {
  await tx`
    with changed as (
      update webhooks
      set url = ${url}, name = ${name}, types = ${types === null ? null : [...types]}::text[],
        mailbox_ids = ${mailboxIds === null ? null : [...mailboxIds]}::bigint[], enabled = ${enabled},
        disabled_reason = null, failing_since = null, failures = 0, rests_until = null, updated_at = ${at}
      where id = ${id}
    )
    update webhook_posts
    set next_attempt_at = ${at}, attempt_count = 0
    where webhook_id = ${id} and state = 'waiting' and ${enabled}`;
}

export async function deleteWebhook(tx: Transaction, id: number): Promise<void> {
  await tx`delete from webhooks where id = ${id}`;
}

/** Adds a secret; the earlier ones stay valid until the given time. */
export async function addSecretRow(
  tx: Transaction,
  secret: { webhookId: number; sealed: string; at: Date; othersUntil: Date },
): Promise<void> {
  await tx`
    with ended as (
      update webhook_secrets
      set valid_until = least(coalesce(valid_until, ${secret.othersUntil}), ${secret.othersUntil})
      where webhook_id = ${secret.webhookId}
    )
    insert into webhook_secrets (webhook_id, sealed, created_at)
    values (${secret.webhookId}, ${secret.sealed}, ${secret.at})`;
}

/** The valid secrets of a webhook, sealed, newest first. */
export async function listSealedSecrets(db: Queryable, webhookId: number, now: Date): Promise<string[]> {
  const rows = await db<{ sealed: string }[]>`
    select sealed
    from webhook_secrets
    where webhook_id = ${webhookId} and (valid_until is null or valid_until > ${now})
    order by id desc`;
  return rows.map(({ sealed }) => sealed);
}

export async function listKnownMailboxes(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const rows = await db<{ id: number }[]>`select id from mailboxes where id = any(${[...ids]}::bigint[])`;
  return rows.map(({ id }) => id);
}
