import type { Deps } from '../../platform/deps.ts';
import { ratingTokenHash } from '../../outbox/notices/rating-link.ts';
import { findGiven, findLink } from './queries.ts';
import { mayRate, type RatingAsked } from './rating.ts';

/** What the link of a closing notice asks about; null for one that is unknown. Changes nothing, however often it is opened. */
export async function findRating(
  deps: Pick<Deps, 'db' | 'clock'>,
  token: string,
): Promise<RatingAsked | null> {
  const hash = ratingTokenHash(token);
  const link = hash === null ? null : await findLink(deps.db, hash);
  if (link === null) return null;
  const given = await findGiven(deps.db, link.requestId);
  const own = given?.messageId === link.messageId ? given : null;
  return {
    requestId: link.requestId,
    mailboxName: link.mailboxName,
    language: link.language,
    rating: own?.rating ?? null,
    comment: own?.comment ?? '',
    isOpen: mayRate(given, link.messageId, deps.clock.now()),
  };
}
