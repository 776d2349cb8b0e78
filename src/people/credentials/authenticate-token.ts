import { MINUTE } from '../../platform/time.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../access/actor.ts';
import { asActor } from '../operators/operator.ts';
import { findOperatorByToken, markTokenUsed, type TokenKind } from './queries.ts';
import { tokenHash } from './token-secret.ts';

const USE_NOTED_EVERY_MILLISECONDS = MINUTE;

export type Authenticated = {
  readonly actor: OperatorActor;
  /** Only looks, whatever the operator's role. */
  readonly readOnly: boolean;
};

/** Whose valid token or session this is, or null. Its last use is noted, at most once a minute. */
export async function authenticateToken(
  deps: Pick<Deps, 'db' | 'clock'>,
  token: string,
  kind: TokenKind = 'token',
): Promise<Authenticated | null> {
  const hash = tokenHash(token);
  if (hash === null) return null;
  const now = deps.clock.now();
  const found = await findOperatorByToken(deps.db, hash, now);
  if (found === null || found.tokenKind !== kind) return null;
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MILLISECONDS);
  if (found.tokenUsedAt === null || found.tokenUsedAt <= before) {
    await markTokenUsed(deps.db, found.tokenId, now, before);
  }
  return { actor: asActor(found), readOnly: found.tokenScope === 'read' };
}
