import type { Queryable } from '../db/connect.ts';
import { Problem } from '../problems.ts';
import { findSignatureRow } from './queries.ts';

/** What an operator puts below each answer; empty for nothing. */
export async function findSignature(db: Queryable, operatorId: number): Promise<string> {
  const signature = await findSignatureRow(db, operatorId);
  if (signature === null) throw new Problem('not_found', `There is no operator ${operatorId}`);
  return signature;
}
