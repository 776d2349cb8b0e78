import type { Fragment, Transaction } from '../../platform/db/connect.ts';
import type { MessageKind } from '../messages/message-view.ts';
import type { RequestStatus } from '../request/request.ts';

/** Locks the contacts of requests, and those who wrote the messages, the smallest id first: by the lock order before any request. */
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
    for update`;
}

/** A message as moving it sees it. */
export type MovableMessage = {
  readonly id: number;
  readonly kind: MessageKind;
  readonly subject: string;
  readonly authorContactId: number | null;
};

/** A request's messages, oldest first. */
export async function listMovableMessages(tx: Transaction, requestId: number): Promise<MovableMessage[]> {
  return tx<MovableMessage[]>`
    select id, kind, subject, author_contact_id
    from messages
    where request_id = ${requestId}
    order by id`;
}

/** Locks what is or was sent of the messages; true when a process is sending one of them right now. */
export async function lockDeliveriesOf(tx: Transaction, messageIds: readonly number[]): Promise<boolean> {
  const rows = await tx<{ state: string }[]>`
    select state
    from deliveries
    where message_id = any(${[...messageIds]}::bigint[])
    order by id
    for update`;
  return rows.some((row) => row.state === 'sending');
}

/**
 * Puts messages on another request, and with them their deliveries, their intake and what the history tells of them. That
 * a mail opened or woke a request stays that request's history.
 */
export async function markMoved(
  tx: Transaction,
  messageIds: readonly number[],
  fromId: number,
  requestId: number,
  otherSubjectIds: readonly number[],
): Promise<void> {
  const ids = [...messageIds];
  await tx`
    with moved as (
      update messages
      set request_id = ${requestId}, subject_changed = id = any(${[...otherSubjectIds]}::bigint[])
      where id = any(${ids}::bigint[])
    ), deliveries as (
      update deliveries
      set request_id = ${requestId}
      where message_id = any(${ids}::bigint[])
    ), intake as (
      update intake
      set request_id = ${requestId}
      where message_id = any(${ids}::bigint[])
    )
    update events
    set request_id = ${requestId}
    where request_id = ${fromId} and message_id = any(${ids}::bigint[]) and type not like 'request.%'`;
}

/** Counts a request's messages anew and looks up its last mail; recorded automatic mail and notes are no activity. */
export async function recountMessages(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set message_count = counted.all_messages, last_message_at = coalesce(counted.last_mail_at, last_message_at),
      updated_at = ${at}
    from (
      select count(*)::int as all_messages,
        max(created_at) filter (where kind in ('inbound', 'outbound') or direction = 'out') as last_mail_at
      from messages
      where request_id = ${requestId}) as counted
    where id = ${requestId}`;
}

/** Makes the contact and the participants of one request participants of another, so that their answers find it. */
export async function insertPeopleOf(
  tx: Transaction,
  requestId: number,
  otherId: number,
  at: Date,
): Promise<void> {
  await tx`
    insert into participants (request_id, email, name, created_at)
    select ${otherId}::bigint, person.email, person.name, ${at}
    ${fromPeopleOf(tx, requestId, otherId)}
    on conflict do nothing`;
}

/** Each `person` of a request, its contact and its participants, but the other request's own contact: from and where. */
export function fromPeopleOf(tx: Transaction, requestId: number, otherId: number): Fragment {
  return tx`
    from (
      select contacts.email, contacts.name
      from requests
      join contacts on contacts.id = requests.contact_id
      where requests.id = ${requestId}
      union all
      select email, name
      from participants
      where request_id = ${requestId}) as person
    where person.email <> (
      select contacts.email
      from requests
      join contacts on contacts.id = requests.contact_id
      where requests.id = ${otherId})`;
}

/**
 * Removes from a request those of the people of another whom nothing of it concerns any more: they stand on none of its
 * mails and belong to no request that is merged into it.
 */
export async function deletePeopleWithoutMail(
  tx: Transaction,
  requestId: number,
  peopleOf: number,
): Promise<void> {
  await tx`
    delete from participants
    where request_id = ${requestId}
      and email in (
        select contacts.email
        from requests
        join contacts on contacts.id = requests.contact_id
        where requests.id = ${peopleOf}
        union all
        select theirs.email
        from participants as theirs
        where theirs.request_id = ${peopleOf})
      and not exists (
        select from messages
        where messages.request_id = ${requestId} and messages.kind <> 'note'
          and (messages.from_address ->> 'address' = participants.email
            or messages.to_addresses @> ${one(tx)} or messages.cc_addresses @> ${one(tx)}))
      and not exists (
        select from requests as merged
        join contacts on contacts.id = merged.contact_id
        where merged.merged_into = ${requestId}
          and (contacts.email = participants.email or exists (
            select from participants as theirs
            where theirs.request_id = merged.id and theirs.email = participants.email)))`;
}

function one(tx: Transaction): ReturnType<Transaction> {
  return tx`jsonb_build_array(jsonb_build_object('address', participants.email))`;
}

/** Closes a request as merged, and keeps what it was and what it brought along. */
export async function markMerged(
  tx: Transaction,
  merge: {
    readonly requestId: number;
    readonly into: number;
    readonly status: RequestStatus;
    readonly needsAttention: boolean;
    readonly messageIds: readonly number[];
    readonly at: Date;
  },
): Promise<void> {
  await tx`
    with merge as (
      insert into merges (request_id, status, needs_attention, at)
      values (${merge.requestId}, ${merge.status}, ${merge.needsAttention}, ${merge.at})
      -- A merge whose other request was erased has left its row.
      on conflict (request_id) do update
      set status = excluded.status, needs_attention = excluded.needs_attention, at = excluded.at
      returning request_id
    ), brought as (
      insert into merged_messages (request_id, message_id)
      select merge.request_id, message_id
      from merge, unnest(${[...merge.messageIds]}::bigint[]) as message_id
      on conflict do nothing
    )
    update requests
    set status = 'closed', closed_at = ${merge.at}, merged_into = ${merge.into}, needs_attention = false,
      updated_at = ${merge.at}
    where id = ${merge.requestId}`;
}

/** The request and those it leads to by merges, itself first; a single id for one that is not merged. */
export async function listMergeChain(tx: Transaction, requestId: number): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    with recursive chain as (
      select id, merged_into, 1 as place
      from requests
      where id = ${requestId}
      union all
      select requests.id, requests.merged_into, chain.place + 1
      from chain
      join requests on requests.id = chain.merged_into
    )
    select id
    from chain
    order by place`;
  return rows.map((row) => row.id);
}

export type Merge = { readonly status: RequestStatus; readonly needsAttention: boolean };

/** What a merged request was before. */
export async function findMerge(tx: Transaction, requestId: number): Promise<Merge | null> {
  const [row] = await tx<Merge[]>`
    select status, needs_attention
    from merges
    where request_id = ${requestId}`;
  return row ?? null;
}

/** Those of the messages a merge brought along that are still on a request. */
export async function listMergedMessages(
  tx: Transaction,
  mergedId: number,
  requestId: number,
): Promise<MovableMessage[]> {
  return tx<MovableMessage[]>`
    select messages.id, messages.kind, messages.subject, messages.author_contact_id
    from merged_messages
    join messages on messages.id = merged_messages.message_id
    where merged_messages.request_id = ${mergedId} and messages.request_id = ${requestId}
    order by messages.id`;
}

/** Gives a merged request its own life back; merges further on no longer count its messages as theirs. */
export async function markUnmerged(
  tx: Transaction,
  requestId: number,
  messageIds: readonly number[],
  back: Merge & { readonly assigneeId: number | null; readonly furtherIds: readonly number[] },
  at: Date,
): Promise<void> {
  await tx`
    with forgotten as (
      delete from merges
      where request_id = ${requestId}
    ), passed_on as (
      delete from merged_messages
      where request_id = any(${[...back.furtherIds]}::bigint[]) and message_id = any(${[...messageIds]}::bigint[])
    )
    update requests
    set status = ${back.status}, assignee_id = ${back.assigneeId}, needs_attention = ${back.needsAttention},
      merged_into = null, closed_at = null, updated_at = ${at}
    where id = ${requestId}`;
}
