import { DAY } from '../../platform/time.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { recordEvent } from '../history/record-event.ts';
import { findOwner, insertToken } from './queries.ts';
import { asActor } from '../operators/operator.ts';
import { drawSecret } from './token-secret.ts';

export const SESSION_HOLDS_MS = 14 * DAY;

/** A session's secret, which is given this once, and its end. */
export type OpenedSession = { readonly session: string; readonly expiresAt: Date };

/** Opens a session of two weeks for an operator; its secret is given this once. */
export async function openSession(tx: Transaction, operatorId: number, now: Date): Promise<OpenedSession> {
  const operator = await findOwner(tx, operatorId);
  if (operator === null) throw new Error(`operator ${operatorId} is gone`);
  const { secret: session, hash } = drawSecret();
  const expiresAt = new Date(now.getTime() + SESSION_HOLDS_MS);
  await insertToken(tx, { operatorId, name: 'session', hash, createdAt: now, kind: 'session', expiresAt });
  await recordEvent(tx, { type: 'operator.signed_in', actor: asActor(operator), at: now });
  return { session, expiresAt };
}
