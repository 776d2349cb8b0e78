import type { Requester } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import { closeLocked } from '../life/closing.ts';
import { lockContactsOf, lockRequest, type OnRequest } from '../locks.ts';
import { editLocked } from '../request/edit-request.ts';
import type { RequestRow } from '../request.ts';
import { ensureUnchanged } from '../../platform/entity-tag.ts';
import type { FieldChanges } from '../fields/field.ts';
import { ownSubject, ownText } from './own-words.ts';
import { findFirstWords, findOwnRow, markReworded } from './own-queries.ts';

type OwnDeps = Pick<Deps, 'db' | 'clock'>;

/**
 * Changes the subject of one's own request, what its first message says or the values of its fields, while nobody has taken it; the
 * history has both. Words that came by email stay as they were sent.
 */
export async function editOwnRequest(
  deps: OwnDeps,
  requester: Requester,
  input: OnRequest & {
    readonly subject?: string | undefined;
    readonly text?: string | undefined;
    readonly fields?: FieldChanges | undefined;
  },
): Promise<void> {
  requirePermission(requester, 'own_requests.change');
  const { fields } = input;
  const text = input.text === undefined ? undefined : ownText(input.text);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockFree(tx, requester, input, at);
    const subject = changedSubject(input.subject, request);
    await editLocked(tx, asContact(request), request, { changes: { subject, fields }, at });
    if (text !== undefined) await reword(tx, request, { text, at });
  });
}

/** Closes one's own request while nobody has taken it; nobody is mailed. */
export async function withdrawOwnRequest(
  deps: OwnDeps,
  requester: Requester,
  input: OnRequest,
): Promise<void> {
  requirePermission(requester, 'own_requests.change');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockFree(tx, requester, input, at);
    await closeLocked(tx, asContact(request), request, { notify: false, reason: 'withdrawn', at });
  });
}

// One that came by email may be longer than what is written here, and stays.
function changedSubject(given: string | undefined, { subject }: RequestRow): string | undefined {
  return given === undefined || given === subject ? undefined : ownSubject(given);
}

function asContact({ contactId }: RequestRow) {
  return { kind: 'contact', contactId } as const;
}

async function reword(
  tx: Transaction,
  request: RequestRow,
  { text, at }: { readonly text: string; readonly at: Date },
): Promise<void> {
  const first = await findFirstWords(tx, request.id);
  if (first === null) throw invalidField('/text', 'came by email and stays as it was sent');
  if (first.text.trim() === text) return;
  await markReworded(tx, first.id, { text, at });
  await recordEvent(tx, {
    type: 'message.edited',
    actor: asContact(request),
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    messageId: first.id,
    old: { text: first.text },
    new: { text },
  });
}

/** Of an operator who takes it and a requester who changes it, one is first: both lock the request. */
async function lockFree(
  tx: Transaction,
  { email }: Requester,
  { requestId, ifMatch = null }: OnRequest,
  at: Date,
): Promise<RequestRow> {
  const own = await findOwnRow(tx, { email, at }, requestId);
  if (own === null) throw notFound('request', requestId);
  await lockContactsOf(tx, [requestId]);
  const request = await lockRequest(tx, requestId);
  if (request === null) throw notFound('request', requestId);
  ensureUnchanged('Request', request, ifMatch);
  if (request.status === 'new' && request.assigneeId === null) return request;
  throw new Problem(
    'wrong_state',
    `Request ${requestId} is no longer as you opened it: write to it instead.`,
    { members: { requestStatus: request.status } },
  );
}
