import type { Queryable } from '../../../platform/db/connect.ts';
import type { AskedList, FoundPage, SoughtStretch } from './asked-list.ts';
import type { Expectation } from './expectation.ts';
import { walkJoined } from './joined-queries.ts';

/** A request that was walked by, as the how-manieth. */
type Walked = { readonly id: number; readonly place: number; readonly fits: boolean };

type Walk = Pick<Expectation, 'isMost' | 'isDear' | 'endsShort'> & {
  /** How many are walked by at first, and how many if those were too few. */
  readonly walks: readonly number[];
};

/** A stretch by walking it in its order. Null: too few fitted of all that were walked by, which is no page unless it may end short. */
export async function walk(
  db: Queryable,
  { page, asked, ofSort, joined }: AskedList,
  { stretch, limit }: SoughtStretch,
  { walks, isMost, isDear, endsShort }: Walk,
): Promise<FoundPage | null> {
  const { where, isPast, column, order, byValue } = stretch;
  const isJoined = byValue && joined !== null;
  for (const [index, most] of walks.entries()) {
    const walked = isJoined
      ? walkJoined(db, joined, { ...page, stretch, most })
      : db`
        select r.*, ${column} as sorted_by
        from requests r
        where ${where} and ${isPast(column, db`r.id`)} and ${ofSort}
        order by ${order(column, db`r.id`)}
        limit ${most}`;
    const walkedBy = order(db`r.sorted_by`, db`r.id`);
    const found = await db<Walked[]>`
      select r.id, r.place, fits.fits
      from (select r.*, row_number() over (order by ${walkedBy}) as place from (${walked}) r) r
      cross join lateral (select (${asked}) as fits) fits
      where fits.fits or r.place = ${most}
      order by ${walkedBy}
      limit ${limit}`;
    const ids = found.filter(({ fits }) => fits).map(({ id }) => id);
    // The last one that was walked by is there to say that there may be more.
    const last = found.find(({ place }) => place === most);
    if (ids.length === limit || last === undefined) return { ids, reached: null };
    const next = walks[index + 1];
    if (endsShort && next === undefined) return { ids, reached: last.id };
    const isPatient = isMost || endsShort || (isDear && index === 0);
    // At this rate, which may be a chance, the page would not be full by the end of the next walk either.
    if (!isPatient && next !== undefined && (1.5 * limit * most) / (ids.length + 1) > next) return null;
  }
  return null;
}
