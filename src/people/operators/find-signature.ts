import type { Queryable } from '../../platform/db/connect.ts';
import { notFound } from '../../platform/problems.ts';
import { findSignatureRow } from './signature-queries.ts';

/** What an operator puts below each answer; empty for nothing. */
export async function findSignature(db: Queryable, operatorId: number): Promise<string> {
  const signature = await findSignatureRow(db, operatorId);
  if (signature === null) throw notFound('operator', operatorId);
  return signature;
}
