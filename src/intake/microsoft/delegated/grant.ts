import type { Deps } from '../../../platform/deps.ts';
import { DAY } from '../../../platform/time.ts';
import { graphError, graphFault, needsSignIn } from '../graph/graph-fault.ts';
import { type AccessToken, type App, fetchPersonsTokens, type PersonsTokens } from '../graph/tokens.ts';
import { lockGrant, markGrantEnded, type NewGrant, upsertGrant } from './grant-queries.ts';

type Kept = { readonly accessToken: string; readonly refreshToken: string };

/** Which person's tokens, and by which app they came. */
export type Grantee = { readonly mailboxId: number; readonly app: App; readonly secret: string | null };

/** A token that ends this soon is not called with. */
const SOON_MS = 5 * 60_000;
/** Microsoft ends a refresh token that nobody used for so long. */
const UNUSED_DAYS = 90;

/** The tokens of a person who signed in, as they are kept; null when Microsoft gave nothing to go on with. */
export function grantOf(
  { keyring }: Pick<Deps, 'keyring'>,
  mailboxId: number,
  { accessToken, refreshToken, expiresInSeconds }: PersonsTokens,
  at: Date,
): NewGrant | null {
  if (refreshToken === null) return null;
  const kept: Kept = { accessToken, refreshToken };
  return {
    mailboxId,
    sealed: keyring.seal(JSON.stringify(kept)),
    accessEndsAt: new Date(at.getTime() + expiresInSeconds * 1000),
    refreshEndsAt: new Date(at.getTime() + UNUSED_DAYS * DAY),
    at,
  };
}

/**
 * The access token of a person who signed in, refreshed under the row's lock when it ends soon or was `refused`: of any
 * number of processes that want it at once one asks Microsoft, and the others find it done. Each refresh brings a new refresh
 * token, which takes the place of the old one; a process that is killed in between leaves the old one, which still holds.
 * What Microsoft refuses for good is not asked again: somebody has to sign in.
 */
export async function personsToken(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  { mailboxId, app, secret }: Grantee,
  refused: string | null,
): Promise<AccessToken> {
  const found = await deps.db.begin(async (tx) => {
    const grant = await lockGrant(tx, mailboxId);
    if (grant === null) return ended('disconnected: The mailbox was disconnected');
    if (grant.ended !== null) return ended(grant.ended);
    const { accessToken, refreshToken } = JSON.parse(deps.keyring.open(grant.sealed)) as Kept;
    const left = grant.accessEndsAt.getTime() - deps.clock.now().getTime();
    if (left > SOON_MS && accessToken !== refused) return { accessToken, expiresInSeconds: left / 1000 };
    try {
      const question = { grant_type: 'refresh_token', refresh_token: refreshToken } as const;
      const tokens = await fetchPersonsTokens(app, secret, question);
      const next = { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
      const renewed = grantOf(deps, mailboxId, next, deps.clock.now());
      if (renewed !== null) await upsertGrant(tx, renewed);
      return tokens;
    } catch (error) {
      const fault = graphFault(error);
      if (fault === null || !needsSignIn(fault)) throw error;
      const said = `${fault.code}: ${fault.message}`;
      // Committed, so that the next one knows; thrown below.
      await markGrantEnded(tx, mailboxId, said);
      return ended(said);
    }
  });
  if ('error' in found) throw found.error;
  return found;
}

function ended(said: string): { readonly error: Error } {
  const [, code = '', message = said] = /^(\w+): (.*)$/s.exec(said) ?? [];
  return { error: graphError({ status: 400, code, message, retryAfterMs: null }) };
}
