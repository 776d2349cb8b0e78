import type { Queryable } from '../../platform/db/connect.ts';

/** Replaces the stand-in text of an incomplete message by what its original says, once the original has come. */
export async function fillInMessage(
  tx: Queryable,
  messageId: number,
  mail: { readonly text: string; readonly visibleText: string; readonly html: string | null },
  at: Date,
): Promise<void> {
  await tx`
    with message as (
      update messages
      set text = ${mail.text}, visible_text = ${mail.visibleText}, html = ${mail.html}, incomplete = false
      where id = ${messageId} and incomplete
      returning request_id)
    update requests
    set updated_at = ${at}
    from message
    where requests.id = message.request_id`;
}
