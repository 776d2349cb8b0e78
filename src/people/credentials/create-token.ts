import type { Deps } from '../../platform/deps.ts';
import { cleanLine, isLonger } from '../../mail/text.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Actor } from '../access/actor.ts';
import type { Token, TokenScope } from './token.ts';
import { requirePermission, requireServingAll } from '../access/permissions.ts';
import { findOwner, insertToken } from './queries.ts';
import { drawSecret } from './token-secret.ts';

const NAME_LENGTH = 100;

/**
 * Makes a token for an operator and returns it in clear, this once: only its hash is stored. Not idempotent on purpose,
 * because a repeat could not show the token again. Refuses anybody but an admin or the system, and an inactive operator.
 */
export async function createToken(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: {
    readonly operatorId: number;
    readonly name: string;
    /** Defaults to `full`. */
    readonly scope?: TokenScope | undefined;
    /** Defaults to none: it holds until it is revoked. */
    readonly expiresAt?: Date | null | undefined;
  },
): Promise<Token & { readonly token: string }> {
  requirePermission(actor, 'tokens.manage');
  const name = cleanLine(input.name);
  if (name === '' || isLonger(name, NAME_LENGTH))
    throw invalidField('/name', `must have 1 to ${NAME_LENGTH} characters`);
  const { scope = 'full', expiresAt = null } = input;
  const now = deps.clock.now();
  if (expiresAt !== null && expiresAt <= now) throw invalidField('/expiresAt', 'must be in the future');
  const { secret: token, hash } = drawSecret();
  return deps.db.begin(async (tx) => {
    const operator = await findOwner(tx, input.operatorId);
    if (operator === null) throw notFound('operator', input.operatorId);
    requireServingAll(actor, operator.mailboxIds);
    if (!operator.active) throw new Problem('wrong_state', `${operator.name} is not active.`);
    const row = await insertToken(tx, {
      operatorId: operator.id,
      name,
      hash,
      createdAt: now,
      scope,
      expiresAt,
    });
    await recordEvent(tx, {
      type: 'token.created',
      actor,
      at: now,
      new: { operatorId: operator.id, tokenId: row.id, name, scope, expiresAt },
    });
    return { ...row, token };
  });
}
