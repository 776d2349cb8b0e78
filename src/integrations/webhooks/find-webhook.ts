import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { countWebhooks, findWebhookRow, listWebhookRows } from './queries.ts';
import type { Webhook } from './webhook.ts';
import type { WebhookSort } from './webhook-sorts.ts';

/** One webhook; `not_found` also if it receives events of a mailbox that the admin does not serve. */
export async function findWebhook(
  deps: { readonly db: Queryable },
  actor: OperatorActor,
  webhookId: number,
): Promise<Webhook> {
  requirePermission(actor, 'webhooks.manage');
  const webhook = await findWebhookRow(deps.db, actor, webhookId);
  if (webhook === null) throw notFound('webhook', webhookId);
  return webhook;
}

/** A page of the webhooks that an admin may see. */
export async function listWebhooks(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<WebhookSort>,
): Promise<Page<Webhook> & Counted> {
  requirePermission(actor, 'webhooks.manage');
  return readPage(['webhooks'], input, {
    rows: (range) => listWebhookRows(deps.db, actor, range),
    count: () => countWebhooks(deps.db, actor),
  });
}
