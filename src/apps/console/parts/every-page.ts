import type { Page } from '../../../platform/lists/page.ts';

const ROWS = 200;

/** All rows of a list, page after page: what one chooses from is cut off nowhere. */
export async function everyPage<Row>(
  read: (place: { readonly limit: number; readonly cursor: string | undefined }) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  const all: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: ROWS, cursor });
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
