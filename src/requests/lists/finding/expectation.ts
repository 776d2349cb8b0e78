import type { Fragment, Queryable } from '../../../platform/db/connect.ts';
import type { Viewer } from '../../../people/access/actor.ts';
import { excludedFrom, type RequestFilters, requestConditions, sourcesOf } from '../filter-queries.ts';
import { isFound } from '../term-queries.ts';
import { type AskedList, MOST } from './asked-list.ts';

export type Expectation = Pick<AskedList, 'sifted'> & {
  /** What all that fit are among; null: too many are to be put in order. */
  readonly fewAmong: Fragment | null;
  /** Whether it is worth walking far: very many fit. */
  readonly isMost: boolean;
  /** Whether it is worth walking somewhat further: to put in order all that fit would read very much of another table. */
  readonly isDear: boolean;
  /** Whether nothing but asking very many one after the other would tell what fits, so that a page ends where enough were asked. */
  readonly endsShort: boolean;
};

/**
 * How many fit. By PostgreSQL's own estimate, for to count them would cost as much as the list. It has
 * none of words that are not among the commonest, and of the beginnings of words: of those as many are read as are few.
 */
export async function expect(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  { page, ofSort }: AskedList,
): Promise<Expectation> {
  const { sources, sought, others } = sourcesOf(db, viewer, filters);
  const coarse = requestConditions(db, viewer, others);
  const split = excludedFrom(filters);
  const [walked, fitting, ofOthers, toAsk] = await Promise.all([
    expected(db, ofSort),
    expected(db, requestConditions(db, viewer, filters)),
    sources.length === 0 ? 0 : expected(db, coarse),
    split === null ? 0 : expected(db, requestConditions(db, viewer, split.others)),
  ]);
  // A page is found among `limit / fitting` of those that its index has: where `fitting` is this root, as many rows are walked by as
  // fit. Of somewhat more it is still safer to put them in order, which never is in vain.
  const even = Math.ceil(1.4 * Math.sqrt(page.limit * walked));
  const isMost = fitting > 10 * MOST;
  const all = db`true`;
  const isDear = sources.some(({ isScattered }) => isScattered);
  const none = { isMost, isDear, sifted: null, endsShort: toAsk > MOST };
  if (ofOthers <= even) return { ...none, fewAmong: fitting > even ? null : all };
  for (const { rows, where, isUnknown = false } of sources) {
    if (fitting > even && !isUnknown) continue;
    // However short a walk may be, so many are soon put in order.
    const [beyond] = await db`select from ${rows} where ${where} offset ${MOST} limit 1`;
    if (beyond === undefined)
      return { ...none, fewAmong: isUnknown ? isFound(db, 'sought', { rows, where }) : all };
  }
  // Words that millions of messages have are asked of a page's worth of what is left without them; by ids alone, of which marks are not.
  const fine = requestConditions(db, { ...viewer, mailboxIds: null }, sought, 'asked');
  const isSifted =
    isDear &&
    ofOthers <= 10 * MOST &&
    fitting > ofOthers / 100 &&
    !sources.some(({ isUnknown }) => isUnknown);
  return { ...none, fewAmong: null, sifted: isSifted ? { coarse, fine } : null };
}

async function expected(db: Queryable, conditions: Fragment): Promise<number> {
  const [row] = await db<{ 'QUERY PLAN': readonly [{ readonly Plan: { readonly 'Plan Rows': number } }] }[]>`
    explain (format json) select from requests r where ${conditions}`;
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}
