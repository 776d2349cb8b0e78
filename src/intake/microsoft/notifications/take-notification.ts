import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Deps } from '../../../platform/deps.ts';
import { jsonIn } from '../../../platform/json-body.ts';
import { hashOf } from './keep-subscription.ts';
import { findSubscription, markDue, wakeLook } from './subscription-queries.ts';

const notifications = z.object({
  value: z
    .array(z.object({ clientState: z.string().max(200).nullish(), lifecycleEvent: z.string().nullish() }))
    .max(1000),
});

/**
 * Takes Microsoft's word that something has come into a mailbox: it is looked at now. Nothing else in it is believed, and
 * without the subscription's own secret nothing at all. True when it was ours.
 */
export async function takeNotification(
  deps: Pick<Deps, 'db' | 'clock'>,
  { mailboxId, body }: { readonly mailboxId: number; readonly body: Uint8Array },
): Promise<boolean> {
  const found = notifications.safeParse(jsonIn(body));
  if (!found.success) return false;
  const known = await findSubscription(deps.db, mailboxId);
  if (known === null) return false;
  const ours = found.data.value.filter(
    ({ clientState }) =>
      typeof clientState === 'string' && timingSafeEqual(hashOf(clientState), known.clientStateHash),
  );
  if (ours.length === 0) return false;
  const at = deps.clock.now();
  const events = new Set(ours.map(({ lifecycleEvent }) => lifecycleEvent));
  const isGone = events.has('subscriptionRemoved');
  if (isGone || events.has('reauthorizationRequired')) await markDue(deps.db, mailboxId, { at, isGone });
  await wakeLook(deps.db, mailboxId, at);
  return true;
}
