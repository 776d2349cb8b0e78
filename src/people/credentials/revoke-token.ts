import type { Deps } from '../../platform/deps.ts';
import { notFound } from '../../platform/problems.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Actor } from '../access/actor.ts';
import { requirePermission, requireServingAll } from '../access/permissions.ts';
import { findOwner, lockToken, markTokenRevoked } from './queries.ts';

/**
 * Ends a token's validity for good, from the next call on; one that is revoked already stays so. With `operatorId` the
 * token must be that operator's. Refuses anybody but an admin or the system.
 */
export async function revokeToken(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: { readonly tokenId: number; readonly operatorId?: number },
): Promise<void> {
  requirePermission(actor, 'tokens.manage');
  const now = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const token = await lockToken(tx, input.tokenId);
    if (token === null || (input.operatorId !== undefined && token.operatorId !== input.operatorId)) {
      throw notFound('token', input.tokenId);
    }
    requireServingAll(actor, (await findOwner(tx, token.operatorId))?.mailboxIds ?? null);
    if (token.revokedAt !== null) return;
    await markTokenRevoked(tx, token.id, now);
    await recordEvent(tx, {
      type: 'token.revoked',
      actor,
      at: now,
      old: { operatorId: token.operatorId, tokenId: token.id, name: token.name },
    });
  });
}
