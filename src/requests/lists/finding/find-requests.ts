import type { Queryable } from '../../../platform/db/connect.ts';
import type { ListStretch } from '../../../platform/lists/stretches.ts';
import type { Viewer } from '../../../people/access/actor.ts';
import { FIELD_PREFIX } from '../../fields/field.ts';
import { type RequestFilters, requestConditions, sortConditions } from '../filter-queries.ts';
import { REQUEST_SORTS } from '../request-sorts.ts';
import { type AskedList, type AskedPage, FAR, FEW, type FoundPage, MOST } from './asked-list.ts';
import { type Expectation, expect } from './expectation.ts';
import { fit } from './fit.ts';
import { joinedBy } from './joined-queries.ts';
import { walk } from './walk.ts';

/** A table of requests of no more than this has some thousands of them: whatever PostgreSQL reads of it is soon read. */
const SMALL = 2 ** 21;

/**
 * A page of the requests that pass the filters. A small desk leaves to PostgreSQL how they are found. On a large one either all that
 * fit are put in order, or the list is walked in its order and what fits is taken. PostgreSQL knows little of the rarer conditions
 * and nothing of how they hang together with the order, so that what has read much is given up for the other.
 */
export async function findRequests(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: AskedPage,
): Promise<FoundPage> {
  const { sort } = page;
  const list: AskedList = {
    page,
    conditions: requestConditions(db, viewer, filters),
    ofSort: sortConditions(db, viewer, filters, sort.field),
    joined: joinedBy(db, sort.field, filters, viewer),
    asked: requestConditions(db, viewer, filters, 'asked'),
    sifted: null,
  };
  const whole = { stretch: REQUEST_SORTS.whole(db, sort, page), limit: page.limit };
  if (await isSmall(db)) return { ids: (await fit(db, list, whole, 'as planned')) ?? [], reached: null };
  const expected = await expect(db, viewer, filters, list);
  const { fewAmong, sifted } = expected;
  const conditions = db`${fewAmong ?? db`true`} and ${list.conditions}`;
  const few = fewAmong === null ? null : await fit(db, { ...list, conditions }, whole, MOST);
  if (few !== null) return { ids: few, reached: null };
  const all: number[] = [];
  for (const stretch of REQUEST_SORTS.stretches(db, sort, page)) {
    const part = { stretch, limit: page.limit - all.length };
    if (part.limit === 0) break;
    const walked = await walk(db, list, part, { ...expected, walks: walksOf(stretch, page, expected) });
    // Of what is not very much all stretches are put in order at once, for less than one after the other.
    if (walked === null && !expected.isMost)
      return { ids: (await fit(db, { ...list, sifted }, whole, 'all')) ?? [], reached: null };
    all.push(...(walked?.ids ?? (await fit(db, { ...list, sifted }, part, 'all')) ?? []));
    if (walked !== null && walked.reached !== null) return { ids: all, reached: walked.reached };
  }
  return { ids: all, reached: null };
}

async function isSmall(db: Queryable): Promise<boolean> {
  const [table] = await db<{ bytes: number }[]>`select pg_relation_size('requests') as bytes`;
  return table !== undefined && table.bytes <= SMALL;
}

function walksOf(
  { byValue, isOfOne }: ListStretch,
  { sort }: AskedPage,
  { isMost, isDear, endsShort }: Expectation,
): readonly number[] {
  if (endsShort) return [FEW, FAR];
  // What a field has is in no index's order, and costs the same however few are read of it.
  if (byValue && sort.field.startsWith(FIELD_PREFIX)) return [isMost ? 10 * FAR : FAR];
  const near = [FEW, FAR];
  // Where very many fit it is worth walking on; of what has one value there is less.
  if (isMost && !isOfOne) return [...near, 10 * FAR];
  return isDear ? [...near, 3 * FAR] : near;
}
