import type { Transaction } from '../../platform/db/connect.ts';
import { fromPeopleOf } from './move-queries.ts';

/** A new request for messages of another; what they count for is worked out when they are on it. */
export async function insertSplitRequest(
  tx: Transaction,
  request: {
    readonly mailboxId: number;
    readonly contactId: number;
    readonly subject: string;
    readonly replyTag: string;
    readonly at: Date;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into requests
      (mailbox_id, contact_id, subject, status, reply_tag, created_at, updated_at, last_message_at)
    values
      (${request.mailboxId}, ${request.contactId}, ${request.subject}, 'new', ${request.replyTag}, ${request.at},
       ${request.at}, ${request.at})
    returning id`;
  if (row === undefined) throw new Error('inserting a request returned no row');
  return row.id;
}

/** Makes those people of a request who stand on mails of another participants of that other one. */
export async function insertPeopleOnMails(
  tx: Transaction,
  requestId: number,
  otherId: number,
  at: Date,
): Promise<void> {
  await tx`
    insert into participants (request_id, email, name, created_at)
    select ${otherId}::bigint, person.email, person.name, ${at}
    ${fromPeopleOf(tx, requestId, otherId)}
      and exists (
        select from messages
        where messages.request_id = ${otherId} and messages.kind <> 'note'
          and (messages.from_address ->> 'address' = person.email
            or messages.to_addresses @> jsonb_build_array(jsonb_build_object('address', person.email))
            or messages.cc_addresses @> jsonb_build_array(jsonb_build_object('address', person.email))))
    on conflict do nothing`;
}

/** Takes the first answer that was sent among a request's messages for its first response. */
export async function markFirstResponseFound(tx: Transaction, requestId: number): Promise<void> {
  await tx`
    update requests
    set first_response_at = (
      select min(sent_at)
      from deliveries
      where request_id = ${requestId} and kind = 'reply')
    where id = ${requestId}`;
}
