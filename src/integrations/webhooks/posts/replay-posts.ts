import type { Deps } from '../../../platform/deps.ts';
import { invalidField, notFound } from '../../../platform/problems.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { findHorizon } from '../../feed/queries.ts';
import { requeueEvents } from './post-queries.ts';
import { findWebhookRow } from '../queries.ts';

/** More takes several calls; more at once is usually a mistake. */
const MAX_REPLAYED = 100_000;

export type Replay = { readonly eventId: number } | { readonly from: Date; readonly to: Date };

/**
 * Queues one event, or all events of a time span that the webhook receives, again: in their order and under their original
 * ids, so that a receiver recognises those it already knows. Returns how many.
 */
export async function replayPosts(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly webhookId: number; readonly replay: Replay },
): Promise<number> {
  requirePermission(actor, 'webhooks.manage');
  const { webhookId, replay } = input;
  if ('from' in replay && replay.from >= replay.to) throw invalidField('/to', 'must be later than `from`');
  return deps.db.begin(async (tx) => {
    const webhook = await findWebhookRow(tx, actor, webhookId, 'locked');
    if (webhook === null) throw notFound('webhook', webhookId);
    const { mailboxIds, types } = webhook;
    const view = { mailboxIds, deskWide: mailboxIds === null, type: types ?? undefined };
    const range = { horizon: await findHorizon(tx), limit: MAX_REPLAYED + 1, at: deps.clock.now() };
    const count = await requeueEvents(tx, webhookId, view, replay, range);
    if (count > MAX_REPLAYED)
      throw invalidField('/to', `must be earlier: the span holds more than ${MAX_REPLAYED} events`);
    if ('eventId' in replay && count === 0) {
      throw invalidField('/eventId', 'is not an event this webhook receives, or is being posted now');
    }
    return count;
  });
}
