import type { Queryable } from '../../platform/db/connect.ts';

export async function findSignatureRow(db: Queryable, operatorId: number): Promise<string | null> {
  const [row] = await db<{ signature: string }[]>`select signature from operators where id = ${operatorId}`;
  return row?.signature ?? null;
}

export async function markSignature(tx: Queryable, operatorId: number, signature: string): Promise<void> {
  await tx`update operators set signature = ${signature} where id = ${operatorId}`;
}
