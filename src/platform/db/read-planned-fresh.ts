import type { Db, Queryable, Transaction } from './connect.ts';

/**
 * Runs reads whose best plan hangs on their values, in one snapshot. PostgreSQL would plan a prepared statement once for
 * all values after its fifth use, and then walk a whole list for a filter that fits three rows.
 */
export async function readPlannedFresh<Result>(
  db: Db,
  read: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return (await db.begin('isolation level repeatable read read only', async (tx) => {
    const [, result] = await Promise.all([
      tx`select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)`,
      read(tx),
    ]);
    return result;
  })) as Result;
}

/**
 * Within `readPlannedFresh`, from here on: rows are read by ids that were found, whose best plan is the same for any. Planned
 * anew, what a request is joined with takes PostgreSQL longer than to read a page of them.
 */
export async function keepPlansFromHere(tx: Queryable): Promise<void> {
  await tx`select set_config('plan_cache_mode', 'force_generic_plan', true)`;
}
