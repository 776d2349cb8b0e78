import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { findIntakeMailbox } from '../../mailboxes/settings/find-intake-mailbox.ts';
import { fingerprint, type PostedFile } from '../../platform/files/posted-file.ts';
import type { Requester } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import type { FieldChanges } from '../../requests/fields/field.ts';
import { findOwnReplyTag, isOwnRequest } from '../../requests/own/find-own.ts';
import { ownSubject, ownText } from '../../requests/own/own-words.ts';
import { checkOwnValues } from '../../requests/own/own-fields.ts';
import type { ReceiveDeps } from '../filing/receive-batch.ts';
import { type Placed, writeOnce } from './write-once.ts';

type OwnWords = {
  readonly text: string;
  readonly files: readonly PostedFile[];
  /** The Idempotency-Key. */
  readonly key?: string | undefined;
};

/** Opens a request of the requester's in a mailbox. It goes the way of an email: rules, notices, clocks. */
export async function openAsRequester(
  deps: ReceiveDeps,
  requester: Requester,
  input: OwnWords & {
    readonly mailbox: string;
    readonly subject: string;
    readonly fields?: FieldChanges | undefined;
  },
): Promise<Placed> {
  requirePermission(requester, 'own_requests.open');
  const { files, key } = input;
  const said = [input.mailbox, input.subject, input.text, input.fields, files.map(fingerprint)];
  return writeOnce(deps, requester, { key, said }, async () => {
    const address = asciiAddress(input.mailbox.trim());
    const mailbox = address === null ? null : await findIntakeMailbox(deps.db, address);
    if (mailbox === null) throw invalidField('/mailbox', 'is not a mailbox of this desk');
    const subject = ownSubject(input.subject);
    const text = ownText(input.text);
    const values = await checkOwnValues(deps, mailbox.id, input.fields);
    return { mailbox, writing: { subject, text, files, values, replyTag: null } };
  });
}

/**
 * Adds the requester's words and files to a request of theirs, as their answer by email would: one that waits or is resolved wakes. Refused
 * when it is closed for good.
 */
export async function addAsRequester(
  deps: ReceiveDeps,
  requester: Requester,
  input: OwnWords & { readonly requestId: number },
): Promise<Placed> {
  requirePermission(requester, 'own_requests.write');
  const { requestId, files, key } = input;
  const { request, replyTag } = await findOwnReplyTag(deps, requester, requestId);
  const said = [requestId, input.text, files.map(fingerprint)];
  const placed = await writeOnce(deps, requester, { key, said }, async () => {
    const mailbox = await findIntakeMailbox(deps.db, request.mailboxAddress);
    if (mailbox === null) throw notFound('request', requestId);
    if (!request.takesMore) {
      const members = { requestStatus: request.status };
      throw new Problem('wrong_state', `Request ${requestId} is closed: open another.`, { members });
    }
    const text = ownText(input.text);
    return { mailbox, writing: { subject: `Re: ${request.subject}`, text, files, replyTag } };
  });
  if (placed === null || (await isOwnRequest(deps, requester, placed.requestId))) return placed;
  // Merged into somebody else's, it is shown where the requester wrote it.
  return { ...placed, requestId };
}
