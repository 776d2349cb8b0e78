import { createHash, randomBytes } from 'node:crypto';
import { RATING_URL } from '../../mailboxes/templates/rating-url.ts';
import type { Deps } from '../../platform/deps.ts';
import type { ClaimedDelivery } from '../sending/claim-queries.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** What is stored of the token in a rating link, or null for text that cannot be one. */
export function ratingTokenHash(token: string): Buffer | null {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest() : null;
}

/**
 * What a notice that asks for a rating says once it is sent, with a link made for this attempt: of an attempt whose answer
 * was lost the email may have arrived, and its link holds too.
 */
export async function withRatingLink(
  { db, clock, publicUrl }: Pick<Deps, 'db' | 'clock' | 'publicUrl'>,
  { kind, messageId, text, html }: Pick<ClaimedDelivery, 'kind' | 'messageId' | 'text' | 'html'>,
): Promise<Pick<ClaimedDelivery, 'text' | 'html'>> {
  const asks = text.includes(RATING_URL) || html?.includes(RATING_URL) === true;
  if (kind !== 'notice' || messageId === null || !asks) return { text, html };
  const token = randomBytes(32).toString('base64url');
  await db`
    insert into rating_links (token_hash, message_id, created_at)
    values (${ratingTokenHash(token)}, ${messageId}, ${clock.now()})`;
  const url = `${publicUrl}/rate/${token}`;
  return { text: text.replaceAll(RATING_URL, url), html: html === null ? null : linked(html, url) };
}

// Outlook does not turn an address in HTML into a link. An address in an attribute or a link's own text is not changed.
function linked(html: string, url: string): string {
  const asText = new RegExp(`(?<!["'])${RATING_URL.replaceAll('.', '\\.')}(?!</a|["'])`, 'g');
  return html.replace(asText, `<a href="${url}">${url}</a>`).replaceAll(RATING_URL, url);
}
