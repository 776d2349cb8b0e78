import type { Db, Queryable, Transaction } from './connect.ts';

// What is read by operators lies in memory or on a disk without arms. By PostgreSQL's own 4, ten thousand requests by their ids are
// dearer than a million one after the other, which took 300 ms for 60; by 1.1 lists are walked that are better put in order.
const RANDOM_PAGE_COST = '1.5';

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
      tx`select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
        set_config('random_page_cost', ${RANDOM_PAGE_COST}, true)`,
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
