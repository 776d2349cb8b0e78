import { findOperator } from '../../../people/operators/find-operator.ts';
import { listTokens } from '../../../people/credentials/list-tokens.ts';
import type { Token } from '../../../people/credentials/token.ts';
import { BY_ID } from '../../../platform/lists/list-sort.ts';
import { command, type Desk } from '../command.ts';
import { renderTable } from '../render-table.ts';

export const tokenList = command({
  options: {
    operator: {
      type: 'string',
      value: 'ADDRESS',
      required: true,
      sentence: 'The operator whose tokens to list.',
    },
  },
  async run(desk, { operator: email }) {
    const operator = await findOperator(desk, { kind: 'system' }, { email });
    const tokens = await allTokens(desk, operator.id);
    const rows = tokens.map((each) => [
      String(each.id),
      each.revokedAt === null ? 'valid' : 'revoked',
      each.lastUsedAt === null ? 'never used' : `used ${each.lastUsedAt.toISOString()}`,
      each.name,
    ]);
    const text =
      rows.length === 0
        ? `${operator.email} has no tokens.`
        : renderTable([['ID', 'STATE', 'USE', 'NAME'], ...rows]);
    return { text: `${text}\n`, json: tokens };
  },
});

async function allTokens(desk: Desk, operatorId: number): Promise<readonly Token[]> {
  const tokens: Token[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTokens(desk, { kind: 'system' }, { operatorId, sort: BY_ID, limit: 200, cursor });
    tokens.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return tokens;
}
