import type { Deps } from '../../platform/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Requester } from '../access/actor.ts';
import { type OpenedSession, SESSION_HOLDS_MS } from '../credentials/open-session.ts';
import { drawSecret, tokenHash } from '../credentials/token-secret.ts';
import { recordEvent } from '../history/record-event.ts';
import { deleteSession, findSession, insertSession } from './requester-queries.ts';

/** Opens a session of two weeks for somebody whose address is proven; its secret is given this once. */
export async function openRequesterSession(
  tx: Transaction,
  { email, name }: Pick<Requester, 'email' | 'name'>,
  now: Date,
): Promise<OpenedSession> {
  const { secret: session, hash } = drawSecret();
  const expiresAt = new Date(now.getTime() + SESSION_HOLDS_MS);
  const contactId = await insertSession(tx, { hash, email, name, createdAt: now, expiresAt });
  if (contactId !== null)
    await recordEvent(tx, { type: 'requester.signed_in', actor: { kind: 'contact', contactId }, at: now });
  return { session, expiresAt };
}

/** Whose session a browser holds, or null. */
export async function findRequester(
  deps: Pick<Deps, 'db' | 'clock'>,
  session: string,
): Promise<Requester | null> {
  const hash = tokenHash(session);
  const found = hash === null ? null : await findSession(deps.db, hash, deps.clock.now());
  return found === null ? null : { kind: 'requester', ...found };
}

export async function endRequesterSession(deps: Pick<Deps, 'db'>, session: string): Promise<void> {
  const hash = tokenHash(session);
  if (hash !== null) await deleteSession(deps.db, hash);
}
