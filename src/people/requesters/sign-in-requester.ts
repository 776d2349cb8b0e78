import type { Deps } from '../../platform/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { DAY, MINUTE } from '../../platform/time.ts';
import type { Requester } from '../access/actor.ts';
import { drawSecret, tokenHash } from '../credentials/token-secret.ts';
import { recordEvent } from '../history/record-event.ts';
import {
  deleteSession,
  deleteStale,
  findSession,
  insertSession,
  isLinkUsable,
  useUpLink,
} from './requester-queries.ts';

const SESSION_HOLDS_MS = 14 * DAY;
const LINKS_KEPT_MS = 60 * MINUTE;

export type OpenedSession = { readonly session: string; readonly expiresAt: Date };

/** True when a link's secret could be used now. Looking does not use it up: mail scanners open every link they see. */
export async function canRequesterSignIn(deps: Pick<Deps, 'db' | 'clock'>, secret: string): Promise<boolean> {
  const hash = tokenHash(secret);
  return hash !== null && isLinkUsable(deps.db, hash, deps.clock.now());
}

/** Uses a link's secret up and opens a session; null when it is used, too old or none. */
export async function acceptRequesterLink(
  deps: Pick<Deps, 'db' | 'clock'>,
  secret: string,
): Promise<OpenedSession | null> {
  const hash = tokenHash(secret);
  if (hash === null) return null;
  const now = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const email = await useUpLink(tx, hash, now);
    return email === null ? null : openRequesterSession(tx, { email, name: '' }, now);
  });
}

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

/** Deletes links and sessions that hold no longer; returns how many there were. */
export async function forgetRequesterSignIns(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  const now = deps.clock.now();
  return deleteStale(deps.db, { linksUpTo: new Date(now.getTime() - LINKS_KEPT_MS), now });
}
