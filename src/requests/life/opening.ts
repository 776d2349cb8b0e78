import { type Fragment, json, type Transaction } from '../../platform/db/connect.ts';
import { newReplyTag } from '../request/reply-tag.ts';
import type { FieldValues } from '../fields/field.ts';
import type { Priority } from '../request.ts';

export type Opening = {
  /** One that `nextRequestId` gave; absent: the next. */
  readonly id?: number;
  readonly mailboxId: number;
  readonly contactId: number;
  readonly subject: string;
  readonly replyTag: string;
  /** The request is then in progress with them. Left out: new and unassigned. */
  readonly assigneeId?: number;
  readonly priority?: Priority | undefined;
  readonly category?: string | null;
  readonly tags?: readonly string[];
  readonly fields?: FieldValues;
  readonly followUpOf?: number | null;
  readonly refersTo?: number | null;
  /** What it is found by, where that is known already. */
  readonly words?: string | null;
  /** Messages that come with it in the same statement; those added later count themselves. */
  readonly messageCount?: number;
  /** Among them is one by somebody who is no operator. */
  readonly heard?: boolean;
  readonly at: Date;
};

/** The one statement that inserts a request. Filing makes it part of its single round trip; others call `openRequest`. */
export function insertRequest(tx: Transaction, opening: Opening): Fragment {
  const { assigneeId = null, at } = opening;
  return tx`
    insert into requests
      (id, mailbox_id, contact_id, subject, status, priority, category, tags, fields, assignee_id, reply_tag, follow_up_of,
       refers_to, message_count, heard, words, created_at, updated_at, last_message_at)
    overriding system value
    values
      (${opening.id === undefined ? tx`default` : tx`${opening.id}`}, ${opening.mailboxId}, ${opening.contactId}, ${opening.subject}, ${assigneeId === null ? 'new' : 'in_progress'},
       ${opening.priority ?? 'P3'}, ${opening.category ?? null}, ${[...(opening.tags ?? [])]}::text[], ${json(tx, opening.fields ?? {})}, ${assigneeId},
       ${opening.replyTag}, ${opening.followUpOf ?? null}, ${opening.refersTo ?? null}, ${opening.messageCount ?? 0}, ${opening.heard ?? false}, ${opening.words ?? null}::tsvector,
       ${at}, ${at}, ${at})
    returning id, contact_id, status, null::text as old_status`;
}

/** Opens a request with nothing in it yet; the caller records the event that says who opened it and why. */
export async function openRequest(tx: Transaction, opening: Omit<Opening, 'replyTag'>): Promise<number> {
  const [row] = await insertRequest(tx, { ...opening, replyTag: newReplyTag() });
  if (row === undefined) throw new Error('inserting a request returned no row');
  return Number(row.id);
}

/** The id of a request that is about to be opened, as an expression; one that is not used stays a gap. */
export function nextRequestId(tx: Transaction): Fragment {
  return tx`nextval('requests_id_seq')`;
}
