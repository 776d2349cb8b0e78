import type { Deps } from '../../platform/deps.ts';
import { findFormMailbox } from '../../mailboxes/settings/find-form-mailbox.ts';
import { tokenHash } from '../../people/credentials/token-secret.ts';
import type { OpenedSession } from '../../people/credentials/open-session.ts';
import { openRequesterSession } from '../../people/requesters/sign-in-requester.ts';
import type { ReceiveDeps } from '../filing/receive-batch.ts';
import { fileWritten } from './file-written.ts';
import { findWaitingPost, markPostConfirmed, readPost, type WaitingPost } from './form-queries.ts';

/** What a mailed link would confirm, or null. Looking confirms nothing: mail scanners open every link they see. */
export async function findPost(
  deps: Pick<Deps, 'db' | 'clock'>,
  secret: string,
): Promise<WaitingPost | null> {
  const hash = tokenHash(secret);
  return hash === null ? null : findWaitingPost(deps.db, hash, deps.clock.now());
}

/**
 * Files what a visitor wrote, once, and signs them in: the link has proven their address. Null when it was confirmed before, is too old
 * or unknown. A process that dies in between has filed it or not; the link works again, and files it no second time.
 */
export async function confirmForm(
  deps: ReceiveDeps,
  secret: string,
): Promise<{ readonly requestId: number | null; readonly opened: OpenedSession } | null> {
  const post = await findPost(deps, secret);
  const mailbox = post === null ? null : await findFormMailbox(deps.db, post.mailboxAddress);
  const raw = post === null ? null : await readPost(deps.db, post.id);
  if (post === null || mailbox === null || raw === null) return null;
  const id = `form-post-${post.id}`;
  const requestId = await fileWritten(deps, mailbox, { raw, id, labels: [] });
  const now = deps.clock.now();
  return deps.db.begin(async (tx) => {
    if (!(await markPostConfirmed(tx, post.id, now))) return null;
    return { requestId, opened: await openRequesterSession(tx, post, now) };
  });
}
