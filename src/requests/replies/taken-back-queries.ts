import type { Queryable } from '../../platform/db/connect.ts';

export type ReplyWords = {
  readonly requestId: number;
  readonly text: string;
  readonly cc: readonly string[];
};

/** What a reply says and who gets a copy; null for a message that no operator wrote to a contact. */
export async function findReplyWords(tx: Queryable, messageId: number): Promise<ReplyWords | null> {
  const [row] = await tx<ReplyWords[]>`
    select request_id, text,
      array(select entry ->> 'address' from jsonb_array_elements(cc_addresses) with ordinality as copies (entry, place)
        order by place) as cc
    from messages
    where id = ${messageId} and kind = 'outbound'`;
  return row ?? null;
}

export type ReplyEffect = {
  readonly type:
    'request.edited' | 'request.fields_changed' | 'request.pended' | 'request.resolved' | 'request.closed';
  readonly old: Readonly<Record<string, unknown>>;
  readonly new: Readonly<Record<string, unknown>>;
};

/** The changes that a reply made to its request, by the history. */
export async function listEffects(
  tx: Queryable,
  requestId: number,
  messageId: number,
): Promise<readonly ReplyEffect[]> {
  return tx<ReplyEffect[]>`
    select type, old, new
    from events
    where request_id = ${requestId} and message_id = ${messageId}
      and type in ('request.edited', 'request.fields_changed', 'request.pended', 'request.resolved', 'request.closed')
    order by id`;
}
