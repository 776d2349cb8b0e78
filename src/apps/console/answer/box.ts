import { html } from 'hono/html';
import { isOpen } from '../../../requests/request.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { conversationWords } from '../conversation/words.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { signedOutHint } from './draft-parts.ts';
import { noteForm } from './note-form.ts';
import { replyForm } from './reply-form.ts';

/** The answer box: a reply or a note, each with its draft. After a refusal it holds what was typed. */
export function box(visit: Visit, conversation: Conversation): Html {
  const words = visit.say(conversationWords);
  const { request, typed } = conversation;
  const open = isOpen(request.status);
  const { reply, note } = conversation.drafts;
  // A reply that somebody else's closing refused stays where it was typed: reopening the request gives it back.
  const answers = open || typed?.kind === 'reply';
  const noteFirst = !answers || typed?.kind === 'note' || (typed === null && reply === null && note !== null);
  return html`<section class="box" id="box" aria-label="${words.reply}">
    ${signedOutHint(visit)}
    ${when(
      answers,
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
