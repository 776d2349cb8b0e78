import type { OutboxDeps } from '../deps.ts';
import { findMailbox } from '../../mailboxes/settings/find-mailbox.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { endRest } from './account-queries.ts';
import { shownAccount } from '../smtp/account-name.ts';
import { explainFault } from './explain-fault.ts';
import type { SmtpFaultKind } from '../smtp/smtp.ts';

export type TransportCheck = {
  readonly mailbox: { readonly id: number; readonly address: string };
  /** User and host; null without any. */
  readonly account: string | null;
  readonly fault: SmtpFaultKind | 'no_transport' | null;
  /** What to do about it, or that all is well, in plain words. */
  readonly words: string;
  /** What the server or the library said. */
  readonly reply: string | null;
};

/**
 * Connects to a mailbox's SMTP account, signs in, asks whether it may send as the mailbox, and says what is wrong. One that
 * works rests no longer.
 */
export async function checkTransport(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<TransportCheck> {
  requirePermission(actor, 'mailboxes.manage');
  const { id, address } = await findMailbox(deps, actor, { mailboxId });
  const mailbox = { id, address };
  const account = await deps.transports.for(mailboxId);
  if (account === null) {
    const words = 'There is no SMTP account: set SMTP_URL, or give the mailbox its own account.';
    return { mailbox, account: null, fault: 'no_transport', words, reply: null };
  }
  const { transport } = account;
  const fault = await transport.verify(mailbox.address);
  if (fault === null) await endRest(deps.db, transport.account, deps.clock.now());
  const words =
    fault === null
      ? `${shownAccount(transport.account)} takes mail from ${mailbox.address}.`
      : explainFault(fault, transport.account, mailbox.address);
  return {
    mailbox,
    account: transport.account,
    fault: fault?.kind ?? null,
    words,
    reply: fault?.reply.text ?? null,
  };
}
