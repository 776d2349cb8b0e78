import type { Db, Transaction } from './connect.ts';

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
