import type { IntakeDeps } from '../../../intake/deps.ts';
import { openAsRequester } from '../../../intake/form/write-as-requester.ts';
import { editMailbox } from '../../../mailboxes/settings/edit-mailbox.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { makeOwnLink } from '../../../people/sign-in-links/make-link.ts';

/** Somebody who writes on a page instead of by email. */
export const REQUESTER = { kind: 'requester', email: 'rita@customer.example', name: 'Rita Moreau' } as const;

/** The form of the mailbox, and a request that Rita has opened on her page and nobody has taken. */
export async function addSampleRequester(
  deps: IntakeDeps,
  actor: OperatorActor,
  { mailboxId, mailbox }: { readonly mailboxId: number; readonly mailbox: string },
): Promise<void> {
  await editMailbox(deps, actor, { mailboxId, change: { offersForm: true } });
  await openAsRequester(deps, REQUESTER, {
    mailbox,
    subject: 'The lamp in our meeting room',
    text: 'Hello,\n\nthe lamp in our meeting room has begun to hum. Is that covered by the guarantee?\n\nRita',
    files: [],
    key: 'sample',
  });
}

/** A link that signs Rita in to her page, once. */
export async function requesterSignInLink(deps: IntakeDeps): Promise<string> {
  return makeOwnLink(deps, { whose: 'requester', email: REQUESTER.email });
}
