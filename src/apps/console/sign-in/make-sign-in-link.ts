import type { Deps } from '../../../platform/deps.ts';
import { drawSecret } from '../../../people/credentials/token-secret.ts';
import { insertMadeLink } from './queries.ts';
import { LINK_HOLDS_MS } from './compose-sign-in-link.ts';

/** A sign-in link for an active operator, to be handed over by the server's administrator instead of an email; it works once. */
export async function makeSignInLink(
  deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>,
  input: { readonly email: string },
): Promise<string> {
  const { secret, hash } = drawSecret();
  const now = deps.clock.now();
  await insertMadeLink(deps.db, input.email, hash, {
    at: now,
    until: new Date(now.getTime() + LINK_HOLDS_MS),
  });
  return `${deps.publicUrl}/sign-in?token=${secret}`;
}
