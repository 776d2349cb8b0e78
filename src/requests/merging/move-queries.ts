import type { Fragment, Transaction } from '../../platform/db/connect.ts';
import type { MessageKind } from '../messages/message-view.ts';
import type { RequestStatus } from '../request.ts';

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
 * Moves messages to another request, with their deliveries, their intake and the events about them. The event that a
 * message opened or woke a request stays in that request's history.
 */
export async function markMoved(
  tx: Transaction,
  messageIds: readonly number[],
  move: { readonly fromId: number; readonly toId: number; readonly otherSubjectIds: readonly number[] },
): Promise<void> {
  const ids = [...messageIds];
  const { fromId, toId, otherSubjectIds } = move;
  await tx`
    with moved as (
      update messages
      set request_id = ${toId}, subject_changed = id = any(${[...otherSubjectIds]}::bigint[])
      where id = any(${ids}::bigint[])
    ), deliveries as (
      update deliveries
      set request_id = ${toId}
      where message_id = any(${ids}::bigint[])
    ), intake as (
      update intake
      set request_id = ${toId}
      where message_id = any(${ids}::bigint[])
    )
    update events
    set request_id = ${toId}
    where request_id = ${fromId} and message_id = any(${ids}::bigint[]) and type not like 'request.%'`;
}

/**
 * Makes the contact and the participants of one request participants of another, so that their answers find it; with
 * `onMailsOnly` only those named on a message of the other.
 */
export async function insertPeopleOf(
  tx: Transaction,
  people: { readonly from: number; readonly to: number; readonly onMailsOnly?: boolean; readonly at: Date },
): Promise<void> {
  const { from, to, onMailsOnly = false, at } = people;
  await tx`
    insert into participants (request_id, email, name, created_at)
    select ${to}::bigint, person.email, person.name, ${at}
    from (
      select contacts.email, contacts.name
      from requests
      join contacts on contacts.id = requests.contact_id
      where requests.id = ${from}
      union all
      select email, name
      from participants
      where request_id = ${from}) as person
    where person.email <> (
        select contacts.email
        from requests
        join contacts on contacts.id = requests.contact_id
        where requests.id = ${to})
      and (not ${onMailsOnly} or exists (
        select from messages
        where messages.request_id = ${to} and messages.kind <> 'note' and ${isOnMail(tx, tx`person.email`)}))
    on conflict do nothing`;
}

/** Whether a message is from, to or in copy to an address. */
function isOnMail(tx: Transaction, email: Fragment): Fragment {
  const list = tx`jsonb_build_array(jsonb_build_object('address', ${email}))`;
  return tx`(messages.from_address ->> 'address' = ${email}
    or messages.to_addresses @> ${list} or messages.cc_addresses @> ${list})`;
}

/**
 * Removes participants that came with the merged request, appear on no remaining message, and are of no request that is
 * merged into this one.
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
          and ${isOnMail(tx, tx`participants.email`)})
      and not exists (
        select from requests as merged
        join contacts on contacts.id = merged.contact_id
        where merged.merged_into = ${requestId}
          and (contacts.email = participants.email or exists (
            select from participants as theirs
            where theirs.request_id = merged.id and theirs.email = participants.email)))`;
}

/** Stores what a request was before it is merged, and what it brings along. */
export async function insertMerge(
  tx: Transaction,
  merge: {
    readonly requestId: number;
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
    )
    insert into merged_messages (request_id, message_id)
    select merge.request_id, message_id
    from merge, unnest(${[...merge.messageIds]}::bigint[]) as message_id
    on conflict do nothing`;
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

/** Deletes a merge; merges further on no longer count its messages as theirs. */
export async function deleteMerge(
  tx: Transaction,
  requestId: number,
  further: { readonly requestIds: readonly number[]; readonly messageIds: readonly number[] },
): Promise<void> {
  await tx`
    with forgotten as (
      delete from merges
      where request_id = ${requestId}
    )
    delete from merged_messages
    where request_id = any(${[...further.requestIds]}::bigint[]) and message_id = any(${[...further.messageIds]}::bigint[])`;
}
