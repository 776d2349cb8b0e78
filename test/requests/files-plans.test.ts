import { afterAll, expect, test } from 'vitest';
import { countFilesToMove, listFilesToMove } from '../../src/platform/bucket/move-queries.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { countWaiting, findScannedTo, listFilesToScan } from '../../src/platform/scanning/scan-queries.ts';
import { START } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

const { url, db: filling } = await testDatabase();
const asked: { text: string; parameters: readonly unknown[] }[] = [];
const db = connect(url, { max: 1, onStatement: (text, parameters) => asked.push({ text, parameters }) });
afterAll(() => db.end());

type Plan = {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
};

const MINOR = new Set(['scan_marks', 'bucket_files']);

/** How many rows of files and messages a query reads, shown or not. */
async function rowsRead(run: () => Promise<unknown>): Promise<number> {
  asked.splice(0);
  await run();
  const statement = asked.find(({ text }) => /intake|attachments/.test(text));
  const [row] = await db.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
    `explain (analyze, timing off, format json) ${statement?.text}`,
    statement?.parameters as string[],
  );
  const readBy = (plan: Plan): number => {
    const isFile = plan['Relation Name'] !== undefined && !MINOR.has(plan['Relation Name']);
    const own = isFile
      ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
      : 0;
    return (plan.Plans ?? []).map(readBy).reduce((sum, rows) => sum + rows, own);
  };
  if (row === undefined) throw new Error('no plan');
  return readBy(row['QUERY PLAN'][0].Plan);
}

test('the looks at files every few seconds read what is to be done, however many files there are', async () => {
  const desk = await insertDesk(filling);
  const requestId = await insertRequest(filling, desk);
  await filling`
    insert into intake (mailbox_id, source_id, arrived_at, outcome, raw, received_at)
    select ${desk.mailboxId}, 'old' || n, ${START}, 'appended', decode(repeat('61', 3000 + n % 2 * 14000), 'hex'), ${START}
    from generate_series(1, 2000) n`;
  const { messageId } = await insertInbound(filling, desk, requestId);
  await filling`
    insert into attachments (message_id, name, content_type, size, content, created_at)
    select ${messageId}::bigint, 'old', 'text/plain', 20, decode(repeat('61', 20), 'hex'), ${START}
    from generate_series(1, 2000) n`;
  const originals = await findScannedTo(filling, 'original');
  const attachments = await findScannedTo(filling, 'attachment');
  const content = Buffer.alloc(200_000);
  const large = { name: 'large', contentType: 'text/plain', content };
  for (let each = 0; each < 3; each += 1)
    await insertInbound(filling, desk, requestId, { raw: content, attachment: large });
  await filling`analyze`;
  const limit = 50;
  const after = { id: 0, size: 0 };
  const toBucket = { to: 'bucket', minBytes: 131_072, after, limit } as const;
  expect(await rowsRead(() => countWaiting(db))).toBeLessThan(20);
  expect(await rowsRead(() => listFilesToScan(db, 'original', { after: originals, limit }))).toBeLessThan(20);
  expect(await rowsRead(() => listFilesToScan(db, 'attachment', { after: attachments, limit }))).toBeLessThan(
    20,
  );
  expect(await rowsRead(() => countFilesToMove(db, 131_072))).toBeLessThan(20);
  expect(await rowsRead(() => listFilesToMove(db, 'original', toBucket))).toBeLessThan(20);
  expect(await countWaiting(db)).toBe(6);
  expect(await listFilesToMove(db, 'original', toBucket)).toHaveLength(3);
});
