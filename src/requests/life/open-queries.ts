import type { Transaction } from '../../platform/db/connect.ts';
import type { Priority } from '../request/request.ts';

export async function mailboxExists(tx: Transaction, mailboxId: number): Promise<boolean> {
  const rows = await tx`
    select id
    from mailboxes
    where id = ${mailboxId}`;
  return rows.length > 0;
}

export type NewRequest = {
  readonly mailboxId: number;
  readonly contactId: number;
  readonly assigneeId: number;
  readonly subject: string;
  readonly priority: Priority;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly replyTag: string;
  readonly at: Date;
};

/** A request in progress with nothing in it yet. */
export async function insertOpenedRequest(tx: Transaction, request: NewRequest): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into requests
      (mailbox_id, contact_id, subject, status, priority, category, tags, assignee_id, reply_tag,
       created_at, updated_at, last_message_at)
    values
      (${request.mailboxId}, ${request.contactId}, ${request.subject}, 'in_progress', ${request.priority},
       ${request.category}, ${[...request.tags]}::text[], ${request.assigneeId}, ${request.replyTag},
       ${request.at}, ${request.at}, ${request.at})
    returning id`;
  if (row === undefined) throw new Error('inserting a request returned no row');
  return row.id;
}

/** Makes people in copy participants of a request. */
export async function insertCopied(
  tx: Transaction,
  requestId: number,
  emails: readonly string[],
  at: Date,
): Promise<void> {
  await tx`
    insert into participants (request_id, email, name, created_at)
    select ${requestId}::bigint, email, '', ${at}
    from unnest(${[...emails]}::text[]) as email
    on conflict do nothing`;
}
