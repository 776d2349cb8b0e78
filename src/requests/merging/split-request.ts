import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { openRequest } from '../life/opening.ts';
import { lockContactsOf, lockVisibleRequest, type OnRequest } from '../locks.ts';
import { markFirstResponseFound, recountMessages } from '../request/recount.ts';
import { moveMessages } from './move-messages.ts';
import {
  deletePeopleWithoutMail,
  insertPeopleOf,
  listMovableMessages,
  type MovableMessage,
} from './move-queries.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { copyReadMarks } from '../read-marks/queries.ts';

export type Split = OnRequest & {
  readonly messageIds: readonly number[];
  /** Defaults to the subject of the first inbound message among them. */
  readonly subject?: string | undefined;
  readonly idempotency?: Idempotency | null;
};

/**
 * Moves messages into a new, unassigned request of the contact who wrote the first of them; nobody is notified. At
 * least one must be inbound, and something a person wrote must stay behind: no request is left empty or with notices
 * alone.
 */
export async function splitRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  split: Split,
): Promise<{ readonly requestId: number }> {
  requirePermission(actor, 'requests.split');
  const at = deps.clock.now();
  const requestId = await deps.db.begin((tx) =>
    once(tx, { call: split.idempotency, now: at }, () => splitLocking(tx, actor, split, at)),
  );
  return { requestId };
}

async function splitLocking(tx: Transaction, actor: OperatorActor, split: Split, at: Date): Promise<number> {
  await lockContactsOf(tx, [split.requestId], split.messageIds);
  const request = await lockVisibleRequest(tx, actor, split);
  const { chosen, firstMail } = chosenMessages(await listMovableMessages(tx, request.id), split.messageIds);
  const given = cleanLine(split.subject ?? '');
  const subject = given === '' ? firstMail.subject : given;
  const { mailboxId } = request;
  const contactId = firstMail.authorContactId ?? request.contactId;
  const ids = chosen.map(({ id }) => id);
  const opening = { mailboxId, contactId, subject, at };
  const newId = await openRequest(tx, opening);
  await moveMessages(tx, chosen, request.id, { id: newId, subject });
  await insertPeopleOf(tx, { from: request.id, to: newId, onMailsOnly: true, at });
  await deletePeopleWithoutMail(tx, request.id, newId);
  await markFirstResponseFound(tx, newId);
  await copyReadMarks(tx, request.id, newId);
  await recountMessages(tx, request.id, at);
  await recountMessages(tx, newId, at);
  await recordEvent(tx, {
    type: 'request.split',
    actor,
    at,
    mailboxId,
    requestId: request.id,
    new: { requestId: newId, messageIds: ids },
  });
  await recordEvent(tx, {
    type: 'request.opened',
    actor,
    at,
    mailboxId,
    requestId: newId,
    new: { subject, splitFrom: request.id, messageIds: ids },
  });
  return newId;
}

function chosenMessages(
  messages: readonly MovableMessage[],
  messageIds: readonly number[],
): { chosen: MovableMessage[]; firstMail: MovableMessage } {
  const known = new Set(messages.map((message) => message.id));
  const unknown = messageIds.findIndex((id) => !known.has(id));
  if (unknown >= 0) throw invalidField(`/messageIds/${unknown}`, 'is not a message of this request');
  const wanted = new Set(messageIds);
  const chosen = messages.filter((message) => wanted.has(message.id));
  const firstMail = chosen.find((message) => message.kind === 'inbound');
  if (firstMail === undefined) throw invalidField('/messageIds', 'must include an inbound message');
  const left = messages.filter((message) => !wanted.has(message.id));
  if (!left.some((message) => message.kind !== 'automatic')) {
    throw invalidField('/messageIds', 'would leave nothing in the request that a person wrote');
  }
  return { chosen, firstMail };
}
