import { afterAll, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { handOver, mailOf, testMailbox } from '../support/intake.ts';

type Plan = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
};

const { url } = await testDatabase();
const asked = new Set<string>();
const db = connect(url, { max: 1, onStatement: (text) => asked.add(text) });
const parsePool = createParsePool({ size: 1 });
afterAll(async () => {
  await parsePool.close();
  await db.end();
});

test('filing is planned on an empty desk to find by keys all that it reads, however full the desk gets', async () => {
  const desk = testApp(db, { parsePool });
  await testMailbox(desk.deps);
  asked.clear();
  const first = mailOf({ messageId: '<1@customer.example>' });
  const answer = mailOf({ messageId: '<2@customer.example>', inReplyTo: '<1@customer.example>' });
  const filed = await handOver(desk, { raw: first }, { raw: answer });
  expect(filed.map(({ outcome }) => outcome)).toEqual(['opened', 'appended']);

  const statements = [...asked].filter(
    (text) => /^\s*with /.test(text) && /\b(contact|candidate|request) as/.test(text),
  );
  const withoutKey: string[] = [];
  for (const text of statements) {
    const [row] = await db.begin(async (tx) => {
      await tx`select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true)`;
      return await tx
        .unsafe<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(`explain (generic_plan, format json) ${text}`)
        .simple();
    });
    const [plan] = Object.values(row ?? {}) as { Plan: Plan }[][];
    for (const { Plan: top } of plan ?? []) withoutKey.push(...scansWithoutKey(top));
  }
  expect(statements.length).toBeGreaterThanOrEqual(4);
  expect(withoutKey).toEqual([]);
});

function scansWithoutKey(plan: Plan): string[] {
  const reads = /^(Seq Scan|Index Scan|Index Only Scan|Bitmap Index Scan)$/.test(plan['Node Type']);
  const own =
    reads && plan['Index Cond'] === undefined
      ? [`${plan['Node Type']} ${plan['Index Name'] ?? plan['Relation Name']}`]
      : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansWithoutKey)];
}
