import type { Queryable } from '../../platform/db/connect.ts';
import type { Address } from '../../mail/parsed-mail.ts';

/** Makes people that a mail goes to participants of the request, so that their answers find it. */
export async function insertParticipants(
  tx: Queryable,
  requestId: number,
  people: readonly Address[],
  at: Date,
): Promise<void> {
  await tx`
    insert into participants (request_id, email, name, created_at)
    select ${requestId}::bigint, email, name, ${at}
    from unnest(${people.map((each) => each.address)}::text[], ${people.map((each) => each.name)}::text[])
      as person (email, name)
    on conflict do nothing`;
}

/** The messages of a request that came after one, in short; what an operator who answers the earlier one has missed. */
export async function listMessagesAfter(
  tx: Queryable,
  requestId: number,
  messageId: number,
): Promise<{ id: number; kind: string; subject: string; visibleText: string; createdAt: Date }[]> {
  return tx<{ id: number; kind: string; subject: string; visibleText: string; createdAt: Date }[]>`
    select id, kind, subject, visible_text, created_at
    from messages
    where request_id = ${requestId} and id > ${messageId} and (kind in ('inbound', 'outbound', 'note') or direction = 'in')
    order by id`;
}
