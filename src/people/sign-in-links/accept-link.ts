import type { Deps } from '../../platform/deps.ts';
import { HOUR } from '../../platform/time.ts';
import { type OpenedSession, openSession } from '../credentials/open-session.ts';
import { findOwnerByEmail } from '../credentials/queries.ts';
import { tokenHash } from '../credentials/token-secret.ts';
import { deleteStaleSessions } from '../requesters/requester-queries.ts';
import { openRequesterSession } from '../requesters/sign-in-requester.ts';
import { deleteLinks, isLinkUsable, useUpLink } from './queries.ts';
import type { Whose } from './sign-in-link.ts';

const LINKS_KEPT_MS = HOUR;

type Given = { readonly whose: Whose; readonly secret: string };

/** True when a link's secret could be used now. Looking does not use it up: mail scanners open every link they see. */
export async function canSignIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  { whose, secret }: Given,
): Promise<boolean> {
  const hash = tokenHash(secret);
  return hash !== null && isLinkUsable(deps.db, { hash, whose, now: deps.clock.now() });
}

/** Uses a link's secret up and opens a session; null when it is used, too old or none. */
export async function acceptLink(
  deps: Pick<Deps, 'db' | 'clock'>,
  { whose, secret }: Given,
): Promise<OpenedSession | null> {
  const hash = tokenHash(secret);
  if (hash === null) return null;
  const now = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const email = await useUpLink(tx, { hash, whose, now });
    if (email === null) return null;
    if (whose === 'requester') return openRequesterSession(tx, { email, name: '' }, now);
    const operator = await findOwnerByEmail(tx, email);
    return operator === null ? null : openSession(tx, operator.id, now);
  });
}

/** Deletes links and requesters' sessions that hold no longer; returns how many there were. */
export async function forgetSignIns(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  const now = deps.clock.now();
  const links = await deleteLinks(deps.db, new Date(now.getTime() - LINKS_KEPT_MS));
  return links + (await deleteStaleSessions(deps.db, now));
}
