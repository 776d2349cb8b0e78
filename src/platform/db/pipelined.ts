import type { Db, Transaction } from './connect.ts';

/** The end of a transaction's work: its last statements, all of them under way, and what they come to. */
export type Ending<Result> = { readonly ending: Promise<Result> };

/** The end of a transaction whose statements have all been awaited. */
export function ended<Result>(result: Result): Ending<Result> {
  return { ending: Promise.resolve(result) };
}

/**
 * Statements of filing read and write by keys: planned once, and never for the empty tables of a new desk, which a plan kept
 * from then would read whole when they are full. One text, so that none of it takes effect when `begin` itself fails.
 */
const BEGIN = `
  begin;
  set local mailroom.transaction = 'open';
  set local plan_cache_mode = force_generic_plan;
  set local enable_seqscan = off;
  set local enable_hashjoin = off;
  set local enable_mergejoin = off`;

/**
 * A transaction that waits for as few answers as it can: `begin` travels with the first statements, `commit` with the last
 * ones, which `work` starts and does not await. When they fail PostgreSQL turns the commit into a rollback. The first
 * statement that writes has to ask `isOpen`, or it would stand alone where `begin` failed.
 */
export async function pipelined<Result>(
  db: Db,
  work: (tx: Transaction) => Promise<Ending<Result>>,
): Promise<Result> {
  const connection = await db.reserve();
  // The same handle without `begin`; nothing in a pipeline needs a savepoint.
  const tx = connection as unknown as Transaction;
  const begun = connection.unsafe(BEGIN).execute();
  const working = work(tx);
  try {
    const [{ ending }] = await Promise.all([working, begun]);
    // By then its statements are on their way; one that was never sent, for a bug before it, must not be missing silently.
    await Promise.race([ending, whatIsReady()]);
    const committed = connection`commit`.execute();
    const [result] = await Promise.all([ending, committed]);
    return result;
  } catch (error) {
    // Until it has stopped asking: its statements must not reach the next user of the connection.
    await Promise.allSettled([working]);
    // Where this fails the connection is lost, and the transaction with it.
    await Promise.allSettled([connection`rollback`]);
    throw error;
  } finally {
    connection.release();
  }
}

/** Lets promises that are settled already run on, and waits for nothing else: the driver has yet to write to its socket. */
async function whatIsReady(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
}

/** True inside a transaction of `pipelined` alone. */
export function isOpen(tx: Transaction) {
  return tx`current_setting('mailroom.transaction', true) = 'open'`;
}
