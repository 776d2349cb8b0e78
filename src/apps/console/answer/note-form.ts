import { html } from 'hono/html';
import type { Conversation } from '../conversation/conversation.ts';
import { conversationWords } from '../conversation/words.ts';
import { type Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { draftFiles, draftStatus, filePicker, hiddenFields, otherDraft, textOf } from './draft-parts.ts';
import { answerWords } from './words.ts';

/** A note for one's colleagues; `@` and a name tells one of them. */
export function noteForm(visit: Visit, conversation: Conversation): Html {
  const { request, from, drafts } = conversation;
  const words = visit.say(conversationWords);
  const mentioned = conversation.operators.filter((each) => each.id !== visit.actor.operatorId);
  return html`<form
    method="post"
    action="/requests/${request.id}/notes"
    enctype="multipart/form-data"
    data-box="note"
    data-draft="/v1/requests/${request.id}/drafts/note"
  >
    ${hiddenFields(drafts.note, from)}
    <textarea
      name="text"
      rows="4"
      dir="auto"
      aria-label="${words.note}"
      placeholder="${words.notePlaceholder}"
      maxlength="200000"
      data-write
      data-mentions
    >
${textOf('note', conversation)}</textarea>
    <ul class="mentions" hidden role="listbox" aria-label="${visit.say(answerWords).mention}">
      ${mentioned.map((each) => html`<li role="option" aria-selected="false" dir="auto">${each.name}</li>`)}
    </ul>
    ${otherDraft(visit, 'note', conversation)} ${draftFiles(visit, 'note', conversation)}
    <div class="tools">
      ${filePicker(visit)} ${draftStatus(visit)}
      <button class="primary" data-send aria-keyshortcuts="Control+Enter">${words.addNote}</button>
    </div>
  </form>`;
}
