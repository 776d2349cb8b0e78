import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { isOpen } from '../../../requests/request.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import type { Draft } from '../../../requests/drafts/draft.ts';
import type { Conversation } from './conversation.ts';
import { withoutBidi } from './text.ts';
import { conversationWords } from './words.ts';

/** Where one answers: a reply or a note, each with its draft. What a refusal kept stands in it again. */
export function box(visit: Visit, conversation: Conversation): Html {
  const words = visit.say(conversationWords);
  const { request, typed } = conversation;
  const open = isOpen(request.status);
  const { reply, note } = conversation.drafts;
  const noteFirst = !open || typed?.kind === 'note' || (typed === null && reply === null && note !== null);
  return html`<section class="box" id="box" aria-label="${words.reply}">
    ${when(
      open,
      () =>
        html`<details name="box" class="reply" ${noteFirst ? '' : html`open`}>
          <summary data-key="r" aria-keyshortcuts="r">
            ${icon('reply', visit.deps.assets)}${words.reply}
          </summary>
          ${replyForm(visit, conversation)}
        </details>`,
    )}
    ${when(
      request.mergedInto === null,
      () =>
        html`<details name="box" class="note" ${noteFirst ? html`open` : ''}>
          <summary data-key="n" aria-keyshortcuts="n">
            ${icon('sticky-note', visit.deps.assets)}${words.note}
          </summary>
          ${noteForm(visit, conversation)}
        </details>`,
    )}
    ${when(!open, () => html`<p class="quiet closed">${words.closedBox}</p>`)}
  </section>`;
}

function replyForm(visit: Visit, conversation: Conversation): Html {
  const words = visit.say(conversationWords);
  const { request, typed, messages } = conversation;
  const { id } = request;
  const { text, key } = typedOf('reply', conversation);
  const draft = conversation.drafts.reply;
  const selected = (value: string) => (visit.settings.afterSend === value ? html`selected` : '');
  return html`<form
    method="post"
    action="/requests/${id}/replies"
    enctype="multipart/form-data"
    data-box="reply"
    data-draft="/v1/requests/${id}/drafts/reply"
  >
    <input type="hidden" name="key" value="${key}" />
    <input type="hidden" name="seenMessageId" value="${messages.at(-1)?.id ?? ''}" />
    ${draftFields(draft)}
    <input type="hidden" name="from" value="${conversation.from}" />
    ${recipientLine(visit, conversation)}
    ${when(typed?.unfilled, (names) => html`<p class="hint unfilled">${words.unfilled(names.join(', '))}</p>`)}
    <textarea
      name="text"
      rows="5"
      dir="auto"
      aria-label="${words.reply}"
      placeholder="${words.replyPlaceholder}"
      maxlength="200000"
      data-write
    >
${text}</textarea>
    <ul class="files" data-files>
      ${(draft?.files ?? []).map(
        (file) =>
          html`<li data-file="${file.id}">
            <span class="file"
              ><span dir="auto">${withoutBidi(file.name)}</span> <small>${visit.format.size(file.size)}</small
              ><button
                type="button"
                class="quiet"
                hidden
                data-scripted
                data-remove
                aria-label="${words.removeFile}: ${file.name}"
              >
                ×
              </button></span
            >
          </li>`,
      )}
    </ul>
    <div class="tools">
      <label class="attach button"
        >${icon('paperclip', visit.deps.assets)}<span>${words.attach}</span
        ><input type="file" name="attachments" multiple
      /></label>
      <span
        class="status quiet"
        role="status"
        data-draft-status
        data-saved="${words.draftSaved}"
        data-elsewhere="${words.draftElsewhere}"
      ></span>
      <label class="then"
        ><span>${words.afterwards}</span>
        <select name="then" data-then>
          <option value="stay" ${selected('stay')}>${words.thenStay}</option>
          <option value="next" ${selected('next')}>${words.thenNext}</option>
          <option value="list" ${selected('list')}>${words.thenList}</option>
        </select></label
      >
      <button name="verb" value="close" data-send-close aria-keyshortcuts="Control+Shift+Enter">
        ${words.sendAndClose}
      </button>
      <button class="primary" name="verb" value="send" data-send aria-keyshortcuts="Control+Enter">
        ${icon('send', visit.deps.assets)}${words.send}
      </button>
    </div>
  </form>`;
}

function noteForm(visit: Visit, conversation: Conversation): Html {
  const { request, from } = conversation;
  const words = visit.say(conversationWords);
  const { text, key } = typedOf('note', conversation);
  return html`<form
    method="post"
    action="/requests/${request.id}/notes"
    data-box="note"
    data-draft="/v1/requests/${request.id}/drafts/note"
  >
    <input type="hidden" name="key" value="${key}" />
    ${draftFields(conversation.drafts.note)}
    <input type="hidden" name="from" value="${from}" />
    <textarea
      name="text"
      rows="4"
      dir="auto"
      aria-label="${words.note}"
      placeholder="${words.notePlaceholder}"
      maxlength="200000"
      data-write
    >
${text}</textarea>
    <div class="tools">
      <span
        class="status quiet"
        role="status"
        data-draft-status
        data-saved="${words.draftSaved}"
        data-elsewhere="${words.draftElsewhere}"
      ></span>
      <button class="primary" data-send aria-keyshortcuts="Control+Enter">${words.addNote}</button>
    </div>
  </form>`;
}

// Whoever gets it stands here before it is sent, each with the reason; nobody is added or left out without a word.
function recipientLine(visit: Visit, { recipients, typed }: Conversation): Html {
  const words = visit.say(conversationWords);
  const reasons = { contact: words.who.contact, reply_to: words.who.replyTo, copied: words.who.copied };
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
            ${typed?.noCopies === true ? html`checked` : ''}
          />${words.withoutCopies}</label
        >`,
    )}
  </p>`;
}

// The version that the page starts from; its script counts on.
function draftFields(draft: Draft | null): Html {
  return html`<input type="hidden" name="draftId" value="${draft?.id ?? ''}" />
    <input type="hidden" name="draftVersion" value="${draft?.version ?? 0}" />`;
}

// A key of its own for every box that is drawn, so that a double click sends once.
function typedOf(
  kind: 'reply' | 'note',
  { typed, drafts }: Conversation,
): { readonly text: string; readonly key: string } {
  const text = typed?.kind === kind ? typed.text : (drafts[kind]?.text ?? '');
  return { text, key: randomUUID() };
}
