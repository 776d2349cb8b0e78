import { recordEvent } from '../../people/history/record-event.ts';
import type { Deps } from '../../platform/deps.ts';
import { findAttachmentPlace } from '../messages/queries.ts';

/** Writes into a request's history that the virus scanner holds one of its files. */
export async function tellHeldFile(
  deps: Pick<Deps, 'db' | 'clock'>,
  { attachmentId, reason }: { readonly attachmentId: number; readonly reason: string },
): Promise<void> {
  const place = await findAttachmentPlace(deps.db, attachmentId);
  if (place === null) return;
  const { name, ...ids } = place;
  await recordEvent(deps.db, {
    type: 'attachment.held',
    actor: { kind: 'system' },
    at: deps.clock.now(),
    ...ids,
    new: { attachmentId, name, reason },
  });
}
