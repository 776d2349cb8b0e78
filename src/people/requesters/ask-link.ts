import type { Language } from '../../mail/language.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { MINUTE } from '../../platform/time.ts';
import { drawSecret } from '../credentials/token-secret.ts';
import { isPageOnly } from './page-only.ts';
import { insertLink, markLinkMade } from './requester-queries.ts';

export const LINK_WINDOW_MS = 15 * MINUTE;
const MAX_LINKS_PER_WINDOW = 3;

/** Asks for a sign-in link for an address; null when that was done more than three times within 15 minutes, or nobody gets email there. */
export async function askLink(
  tx: Transaction,
  link: { readonly email: string; readonly language: Language; readonly at: Date },
): Promise<{ readonly id: number } | null> {
  if (isPageOnly(link.email)) return null;
  const since = new Date(link.at.getTime() - LINK_WINDOW_MS);
  return insertLink(tx, link, { since, most: MAX_LINKS_PER_WINDOW });
}

/** Draws the secret of a link, of which only the hash is stored; null when the link is gone. */
export async function makeLink(
  deps: Pick<Deps, 'db' | 'clock'>,
  linkId: number,
): Promise<{ readonly secret: string; readonly language: Language } | null> {
  const { secret, hash } = drawSecret();
  const expiresAt = new Date(deps.clock.now().getTime() + LINK_WINDOW_MS);
  const language = await markLinkMade(deps.db, linkId, { hash, expiresAt });
  return language === null ? null : { secret, language };
}

/** Where a link's secret is handed in. */
export function requesterLink(publicUrl: string, secret: string): string {
  return `${publicUrl}/my/sign-in?token=${secret}`;
}

/** A link that is handed over instead of mailed. */
export async function makeOwnLink(
  deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>,
  link: { readonly email: string; readonly language: Language },
): Promise<string> {
  const at = deps.clock.now();
  const most = Number.MAX_SAFE_INTEGER;
  const asked = await deps.db.begin((tx) => insertLink(tx, { ...link, at }, { since: at, most }));
  const made = asked === null ? null : await makeLink(deps, asked.id);
  if (made === null) throw new Error('a link that was just made is gone');
  return requesterLink(deps.publicUrl, made.secret);
}
