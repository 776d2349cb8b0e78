import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import type { Deps } from '../../../platform/deps.ts';
import { findSignIn, type SignInRow } from './sign-in-queries.ts';

/** A sign-in that somebody has begun, without what proves it. */
export type SignIn = Pick<SignInRow, 'way' | 'userCode' | 'verificationUrl' | 'expiresAt' | 'fault'>;

/** The sign-in that was begun for a mailbox and not finished; null without one. */
export async function findBegunSignIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<SignIn | null> {
  requirePermission(actor, 'mailboxes.manage');
  await findMailbox(deps, actor, { mailboxId });
  const row = await findSignIn(deps.db, mailboxId);
  if (row === null) return null;
  const { way, userCode, verificationUrl, expiresAt } = row;
  const isLate = expiresAt <= deps.clock.now();
  const fault = row.fault ?? (isLate ? 'Nobody signed in in time: begin again.' : null);
  return { way, userCode, verificationUrl, expiresAt, fault };
}
