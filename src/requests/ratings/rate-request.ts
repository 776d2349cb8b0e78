import type { Deps } from '../../platform/deps.ts';
import { cleanText, shorten } from '../../mail/text.ts';
import { ratingTokenHash } from '../../outbox/notices/rating-link.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockRequest } from '../locks.ts';
import type { Rating } from '../request.ts';
import { findGiven, findLink, markRated } from './queries.ts';
import { COMMENT_LENGTH, mayRate } from './rating.ts';

export type Vote = { readonly token: string; readonly rating: Rating; readonly comment: string };

/**
 * Records what a contact says of how their request was closed; who has the link of its notice is the contact. Returns
 * false when the link is unknown, or may say nothing any more. The same said again changes nothing. The request stays
 * as it is: a rating wakes nothing.
 */
export async function rateRequest(deps: Pick<Deps, 'db' | 'clock'>, vote: Vote): Promise<boolean> {
  const hash = ratingTokenHash(vote.token);
  const at = deps.clock.now();
  if (hash === null) return false;
  const comment = shorten(cleanText(vote.comment).trim(), COMMENT_LENGTH);
  return await deps.db.begin(async (tx) => {
    const link = await findLink(tx, hash);
    const request = link === null ? null : await lockRequest(tx, link.requestId);
    if (link === null || request === null) return false;
    const given = await findGiven(tx, request.id);
    if (!mayRate(given, link.messageId, at)) return false;
    const own = given?.messageId === link.messageId ? given : null;
    if (own?.rating === vote.rating && own.comment === comment) return true;
    const { messageId } = link;
    const ratedAt = own?.ratedAt ?? at;
    await markRated(tx, request.id, { rating: vote.rating, comment, ratedAt, messageId }, at);
    await recordEvent(tx, {
      type: 'request.rated',
      actor: { kind: 'contact', contactId: request.contactId },
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      messageId,
      old: { rating: given?.rating ?? null, comment: given?.comment ?? null },
      new: { rating: vote.rating, comment },
    });
    return true;
  });
}
