import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { Actor } from '../access/actor.ts';
import { requirePermission, requireServingAll } from '../access/permissions.ts';
import { notFound } from '../../platform/problems.ts';
import { countTokens, findOwner, listTokenRows } from './queries.ts';
import type { TokenSort } from './token-sorts.ts';
import type { Token } from './token.ts';

/** A page of an operator's tokens, revoked ones included; never the tokens themselves. */
export async function listTokens(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  input: PageInput<TokenSort> & { readonly operatorId: number },
): Promise<Page<Token> & Counted> {
  requirePermission(actor, 'tokens.manage');
  const { operatorId } = input;
  const owner = await findOwner(deps.db, operatorId);
  if (owner === null) throw notFound('operator', operatorId);
  requireServingAll(actor, owner.mailboxIds);
  return readPage(['tokens', operatorId], input, {
    rows: (range) => listTokenRows(deps.db, operatorId, range),
    count: () => countTokens(deps.db, operatorId),
  });
}
