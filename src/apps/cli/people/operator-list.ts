import { listOperators } from '../../../people/operators/list-operators.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import { BY_ID } from '../../../platform/lists/list-sort.ts';
import { command, type Desk } from '../command.ts';
import { renderTable } from '../render-table.ts';

export const operatorList = command({
  options: {},
  async run(desk) {
    const operators = await allOperators(desk);
    const rows = operators.map((each) => [
      String(each.id),
      each.email,
      each.role,
      each.active ? 'active' : 'inactive',
      each.name,
    ]);
    const text =
      rows.length === 0
        ? 'There are no operators.'
        : renderTable([['ID', 'EMAIL', 'ROLE', 'STATE', 'NAME'], ...rows]);
    return { text: `${text}\n`, json: operators };
  },
});

async function allOperators(desk: Desk): Promise<readonly Operator[]> {
  const operators: Operator[] = [];
  let cursor: string | undefined;
  do {
    const page = await listOperators(desk, { kind: 'system' }, { sort: BY_ID, limit: 200, cursor });
    operators.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return operators;
}
