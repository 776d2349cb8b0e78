import type { Queryable } from '../../platform/db/connect.ts';
import { upsertContact } from './queries.ts';

/** Locks the contact of an address, made when new, and says its id; by the lock order this comes before anything else. */
export function lockContact(
  tx: Queryable,
  contact: { readonly email: string; readonly name: string },
  at: Date,
): Promise<number> {
  return upsertContact(tx, contact, at);
}
