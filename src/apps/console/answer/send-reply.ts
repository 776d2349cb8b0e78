import { findMessage } from '../../../requests/messages/find-message.ts';
import { replyToRequest } from '../../../requests/replies/reply-to-request.ts';
import { editOwnSettings } from '../../../people/own-settings/edit-own-settings.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { invalidField } from '../../../platform/problems.ts';
import { neighbours } from '../conversation/conversation.ts';
import { conversationWords } from '../conversation/words.ts';
import { valuesIn } from '../fields/values-in-form.ts';
import type { Form } from '../parts/forms.ts';
import { givenFiles } from '../parts/given-files.ts';
import { done } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { draftIn } from './kept-draft.ts';
import { typedIn } from './typed.ts';
import { answerWords } from './words.ts';

/** How long a reply can be taken back. */
const HOLD_SECONDS = 10;

/** Sends what the box holds, does what a canned reply does besides, and leads to where one goes on. */
export async function sendReply(visit: Visit, requestId: number, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const { asked, effects } = typedIn(form, 'reply');
  if (asked !== null) throw invalidField('', visit.say(answerWords).fillFirst(asked.name));
  const text = written(visit, form);
  const files = await givenFiles(form);
  const seenMessageId = form.id('seenMessageId');
  const from = form.text('from');
  const after = await neighbours(visit, requestId, from);
  const { status, category, tags } = effects;
  const made = {
    status: form.text('verb') === 'close' ? 'closed' : status,
    category,
    addTags: tags,
    fields: await valuesIn(visit, requestId, form),
  } as const;
  const { messageId } = await replyToRequest(deps, actor, {
    requestId,
    text,
    holdSeconds: HOLD_SECONDS,
    files,
    draft: draftIn(form),
    ...(seenMessageId === null ? {} : { seenMessageId }),
    ...(form.has('noCopies') ? { cc: [] } : {}),
    effects: made,
    idempotency: idempotency(actor.operatorId, form.line('key') ?? undefined, `reply ${requestId}`, {
      text,
      effects: made,
      files: files.map(({ name, content }) => [name, content.length]),
    }),
  });
  const { delivery } = await findMessage(deps, actor, messageId);
  const told = { did: 'sent', id: requestId, undo: delivery?.id ?? 0 } as const;
  const then = (['stay', 'next', 'list'] as const).find((each) => each === form.text('then')) ?? 'stay';
  if (then !== visit.settings.afterSend) await editOwnSettings(deps, actor, { afterSend: then });
  if (then === 'list') return done(visit, `/requests?${from || 'view=open'}`, told);
  if (then === 'next' && after.next !== null)
    return done(visit, `/requests/${after.next}?from=${encodeURIComponent(from)}`, told);
  return done(visit, `/requests/${requestId}?from=${encodeURIComponent(from)}#m${messageId}`, told);
}

/** The text of the box; refused when it says nothing. */
export function written(visit: Visit, form: Form): string {
  const text = form.text('text').trimEnd();
  if (text.trim() === '') throw invalidField('', visit.say(conversationWords).empty);
  return text;
}
