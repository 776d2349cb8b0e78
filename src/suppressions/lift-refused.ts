import type { Queryable } from '../db/connect.ts';
import { deleteRefused } from './queries.ts';

/** Ends the suppression of addresses that our own server refused once, and takes mail for again. */
export async function liftRefused(tx: Queryable, addresses: readonly string[]): Promise<void> {
  await deleteRefused(tx, addresses);
}
