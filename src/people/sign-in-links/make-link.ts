import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { drawSecret } from '../credentials/token-secret.ts';
import { commitWithoutWaiting, insertLink, markLinkMade } from './queries.ts';
import { LINK_HOLDS_MS, linkUrl, type SignInLink } from './sign-in-link.ts';

const MAX_LINKS_PER_WINDOW = 3;

/**
 * A link whose secret is not drawn yet; null for the fourth within 15 minutes, and for an operator whom there is not. Neither the
 * time that it takes nor the commit, which would wait for the disk, says which.
 */
export async function askLink(
  tx: Transaction,
  link: SignInLink & { readonly at: Date },
): Promise<{ readonly id: number; readonly name: string } | null> {
  const since = new Date(link.at.getTime() - LINK_HOLDS_MS);
  await commitWithoutWaiting(tx);
  return insertLink(tx, link, { since, most: MAX_LINKS_PER_WINDOW });
}

/** Draws the secret of a link, of which only the hash is stored; null when the link is gone. */
export async function makeLink(
  deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>,
  linkId: number,
): Promise<(Pick<SignInLink, 'whose' | 'language'> & { readonly url: string }) | null> {
  const { secret, hash } = drawSecret();
  const expiresAt = new Date(deps.clock.now().getTime() + LINK_HOLDS_MS);
  const made = await markLinkMade(deps.db, linkId, { hash, expiresAt });
  return made === null ? null : { ...made, url: linkUrl(deps.publicUrl, made.whose, secret) };
}

/** A link that is handed over instead of mailed, by whoever runs the server. */
export async function makeOwnLink(
  deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>,
  { whose, email }: Pick<SignInLink, 'whose' | 'email'>,
): Promise<string> {
  const at = deps.clock.now();
  const asked = await insertLink(deps.db, { whose, email, language: 'en', at }, null);
  const made = asked === null ? null : await makeLink(deps, asked.id);
  if (made === null) throw new Error(`${email} is no ${whose} who could sign in`);
  return made.url;
}
