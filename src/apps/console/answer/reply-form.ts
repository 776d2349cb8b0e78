import { html } from 'hono/html';
import type { Conversation } from '../conversation/conversation.ts';
import { conversationWords } from '../conversation/words.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { neededFields } from '../fields/needed.ts';
import { cannedChooser, cannedState } from './canned.ts';
import { draftFiles, draftStatus, filePicker, hiddenFields, otherDraft, textOf } from './draft-parts.ts';

/** The answer: who gets it and why, its text, its files, and what comes afterwards. */
export function replyForm(visit: Visit, conversation: Conversation): Html {
  const words = visit.say(conversationWords);
  const { request, messages, canned } = conversation;
  const { settling } = conversation.refused;
  const typed = conversation.typed?.kind === 'reply' ? conversation.typed : null;
  return html`<form
    method="post"
    action="/requests/${request.id}/replies"
    enctype="multipart/form-data"
    data-box="reply"
    data-draft="/v1/requests/${request.id}/drafts/reply"
  >
    ${hiddenFields(conversation.drafts.reply, conversation.from)}
    <input type="hidden" name="seenMessageId" value="${messages.at(-1)?.id ?? ''}" />
    ${cannedState(visit, request.id, typed)} ${recipientLine(visit, conversation)}
    <textarea
      name="text"
      rows="5"
      dir="auto"
      aria-label="${words.reply}"
      placeholder="${words.replyPlaceholder}"
      maxlength="200000"
      data-write
    >
${textOf('reply', conversation)}</textarea>
    ${otherDraft(visit, 'reply', conversation)} ${draftFiles(visit, 'reply', conversation)}
    ${when(settling?.verb === 'replies' && settling, (found) => neededFields(visit, found))}
    <div class="tools">
      ${filePicker(visit)} ${cannedChooser(visit, request.id, canned)} ${draftStatus(visit)}
      ${afterwards(visit)}
      <button name="verb" value="close" data-send-close aria-keyshortcuts="Control+Shift+Enter">
        ${words.sendAndClose}
      </button>
      <button class="primary" name="verb" value="send" data-send aria-keyshortcuts="Control+Enter">
        ${icon('send', visit.deps.assets)}${words.send}
      </button>
    </div>
  </form>`;
}

function afterwards(visit: Visit): Html {
  const words = visit.say(conversationWords);
  const selected = (value: string) => (visit.settings.afterSend === value ? html`selected` : '');
  return html`<label class="then"
    ><span>${words.afterwards}</span>
    <select name="then" data-then>
      <option value="stay" ${selected('stay')}>${words.thenStay}</option>
      <option value="next" ${selected('next')}>${words.thenNext}</option>
      <option value="list" ${selected('list')}>${words.thenList}</option>
    </select></label
  >`;
}

// Lists every recipient before the reply is sent, each with the reason, so that nobody is added or left out unseen.
function recipientLine(visit: Visit, { recipients, typed, drafts }: Conversation): Html {
  const words = visit.say(conversationWords);
  const reasons = { contact: words.who.contact, reply_to: words.who.replyTo, copied: words.who.copied };
  const withoutCopies = typed?.noCopies ?? drafts.reply?.cc?.length === 0;
  const copied = recipients.filter((each) => each.role === 'cc');
  return html`<p class="recipients">
    <span>${words.goesTo}: </span>${recipients.map(
      (each, index) =>
        html`${index === 0 ? '' : '; '}<span class="recipient" title="${each.address}"
            ><b dir="auto">${each.name || each.address}</b
            >${when(each.name, () => html` <bdi>&lt;${each.address}&gt;</bdi>`)},
            ${reasons[each.reason]}</span
          >`,
    )}
    ${when(
      copied.length > 0,
      () =>
        html`<label class="check"
          ><input
            type="checkbox"
            name="noCopies"
            value="yes"
            ${withoutCopies ? html`checked` : ''}
          />${words.withoutCopies}</label
        >`,
    )}
  </p>`;
}
