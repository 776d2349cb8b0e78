// The order in which everything that locks does so, so that no two transactions wait for each other:
//   mailbox → contact → request → draft → delivery → intake → daily limit of an account
// and within a kind the smallest id first. A caller that may need an earlier lock takes it first, needed in the end or not.
// Operators are locked after requests where one is given work (`for share`), and before them where one leaves, which
// releases requests: see people/operators/edit-operator.ts.
//
// The contact is locked by every verb that decides whether a message joins a request or opens the next one: filing, opening,
// closing, reopening, merging, splitting, erasing. A verb that only moves an open request along (take, assign, pend,
// resolve, reply, note) locks the request alone: a message being filed joins it before or after, and both are right.
// A contact is locked for no key update: PostgreSQL checks the reference of a request that is changed twice in a transaction
// anew, and so a reply would wait, request in hand, for whoever has its contact and wants the request next.

import type { Queryable, Transaction } from '../platform/db/connect.ts';
import type { OperatorActor } from '../people/access/actor.ts';
import { servesMailbox } from '../people/access/permissions.ts';
import { notFound } from '../platform/problems.ts';
import { ensureUnchanged } from '../platform/entity-tag.ts';
import type { RequestRow } from './request.ts';

/** A request that a call is about. */
export type OnRequest = {
  readonly requestId: number;
  /** The entity tags that the caller has seen, one of which must be the current one. Null or absent: any version. */
  readonly ifMatch?: readonly string[] | null;
};

/** Locks the contacts of requests, and the contacts who wrote the messages. */
export async function lockContactsOf(
  tx: Transaction,
  requestIds: readonly number[],
  messageIds: readonly number[] = [],
): Promise<void> {
  await tx`
    select id
    from contacts
    where id in (
      select contact_id
      from requests
      where id = any(${[...requestIds]}::bigint[])
      union all
      select author_contact_id
      from messages
      where id = any(${[...messageIds]}::bigint[]) and request_id = any(${[...requestIds]}::bigint[]))
    order by id
    for no key update`;
}

/** Locks a contact unless another transaction has it; false when it does. */
export async function lockFreeContact(tx: Transaction, contactId: number): Promise<boolean> {
  const rows = await tx`select id from contacts where id = ${contactId} for no key update skip locked`;
  return rows.length > 0;
}

/**
 * Locks a request and returns its current row, or null. The assignee's name is a subquery and not a join:
 * after waiting for the lock PostgreSQL reads the locked row again, but a joined row stays as it was before.
 */
export async function lockRequest(tx: Transaction, requestId: number): Promise<RequestRow | null> {
  const [row] = await tx<RequestRow[]>`${selectRequest(tx, requestId)} for update`;
  return row ?? null;
}

const selectRequest = (db: Queryable, requestId: number) => db`
  select id, mailbox_id, contact_id, subject, status, assignee_id,
    (select name from operators where operators.id = requests.assignee_id) as assignee_name,
    team_id, teams_of(team_id, assignee_id) as team_ids,
    exists (select from escalations where escalations.request_id = requests.id) as escalated, reply_tag, merged_into, needs_attention, closed_at, version
  from requests
  where id = ${requestId}`;

/** Locks requests without asking who may see them. */
export async function lockRequests(tx: Transaction, requestIds: readonly number[]): Promise<void> {
  await tx`select id from requests where id = any(${[...requestIds]}::bigint[]) order by id for update`;
}

/**
 * Locks a request for an operator's verb. A request of a mailbox that the operator does not serve is answered as
 * missing (404); one that has changed since the caller read it is refused (412).
 */
export async function lockVisibleRequest(
  tx: Transaction,
  actor: OperatorActor,
  on: OnRequest,
): Promise<RequestRow> {
  return visible(actor, on, await lockRequest(tx, on.requestId));
}

/** Locks several as `lockVisibleRequest` does and returns them in the order asked for. */
export async function lockVisibleRequests(
  tx: Transaction,
  actor: OperatorActor,
  requests: readonly OnRequest[],
): Promise<RequestRow[]> {
  const locked = new Map<number, RequestRow | null>();
  const ids = requests.map((each) => each.requestId);
  for (const id of ids.toSorted((a, b) => a - b)) locked.set(id, await lockRequest(tx, id));
  return requests.map((on) => visible(actor, on, locked.get(on.requestId) ?? null));
}

/**
 * Reads a request for a draft, or to take a read mark off, as `lockVisibleRequest` does, but without a lock, so that writing never
 * waits for a verb.
 */
export async function seeVisibleRequest(
  db: Queryable,
  actor: OperatorActor,
  on: OnRequest,
): Promise<RequestRow> {
  const [row] = await db<RequestRow[]>`${selectRequest(db, on.requestId)}`;
  return visible(actor, on, row ?? null);
}

/**
 * The same, locked for key share until the transaction ends: a verb that changes the request waits, others who hold it
 * do not.
 */
export async function holdVisibleRequest(
  tx: Transaction,
  actor: OperatorActor,
  on: OnRequest,
): Promise<RequestRow> {
  const [row] = await tx<RequestRow[]>`${selectRequest(tx, on.requestId)} for key share`;
  return visible(actor, on, row ?? null);
}

function visible(actor: OperatorActor, on: OnRequest, request: RequestRow | null): RequestRow {
  if (request === null || !servesMailbox(actor, request.mailboxId)) throw notFound('request', on.requestId);
  ensureUnchanged('Request', request, on.ifMatch ?? null);
  return request;
}
