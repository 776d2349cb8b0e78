import type { Queryable } from '../../../platform/db/connect.ts';
import type { AskedList, SoughtStretch } from './asked-list.ts';

/**
 * A stretch by putting in order all that fit; null: there are more than so many. `as planned`: or however PostgreSQL thinks best.
 */
export async function fit(
  db: Queryable,
  { conditions, joined, sifted }: AskedList,
  { stretch, limit }: SoughtStretch,
  most: number | 'all' | 'as planned',
): Promise<readonly number[] | null> {
  const { where, isPast, column, order, byValue } = stretch;
  const isJoined = byValue && joined !== null;
  const value = isJoined ? joined.value : column;
  const isFew = typeof most === 'number';
  // With a limit of its own, even none, it is planned without the order, by which it would be walked again, and without what it is joined
  // with. Nor by the position then, which would only lead to an index that has half of all behind it.
  const end = most === 'as planned' ? db`` : db`limit ${isFew ? most + 1 : null}`;
  const fitting = db`
    select r.id, ${value} as sorted_by
    from (
      select r.*
      from requests r
      where ${sifted?.coarse ?? conditions} and ${isJoined ? db`true` : where}
      ${end}) r
    ${isJoined ? db`left join (${joined.rows}) ${joined.name} on ${joined.has} where ${where}` : db``}
    ${sifted === null ? db`` : db`order by ${order(value, db`r.id`)}`}`;
  // The row after the last one that may be put in order comes first, to say that there is one.
  const [place, isBeyond, first] = isFew
    ? [db`row_number() over ()`, db`place > ${most} or`, db`place > ${most} desc,`]
    : [db`0`, db``, db``];
  const found = await db<{ id: number; place: number }[]>`
    select f.id, f.place
    from (select f.*, ${place} as place from (${fitting}) f) f
    where (${isBeyond} ${isPast(db`f.sorted_by`, db`f.id`)})
      ${sifted === null ? db`` : db`and exists (select from (select f.id) r where ${sifted.fine})`}
    order by ${first} ${order(db`f.sorted_by`, db`f.id`)}
    limit ${limit}`;
  return isFew && found.some((row) => row.place > most) ? null : found.map(({ id }) => id);
}
