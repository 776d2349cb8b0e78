import { html } from 'hono/html';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { box } from '../answer/box.ts';
import type { Conversation } from './conversation.ts';
import { facts } from './facts.ts';
import { neededForm } from '../fields/needed.ts';
import { header } from './header.ts';
import { messageView } from './message.ts';
import { conversationWords } from './words.ts';

/** A request: its messages in order, the box to answer in, and what is known beside them. */
export function conversationPage(
  visit: Visit,
  conversation: Conversation,
  missed: readonly number[] = [],
): Html {
  const words = visit.say(conversationWords);
  const { request, messages } = conversation;
  const { settling } = conversation.refused;
  const canSplit = messages.length > 1;
  return html`<div
    class="conversation"
    data-request="${request.id}"
    data-request-subject="${request.subject}"
    data-page="/requests/${request.id}?from=${encodeURIComponent(conversation.from)}"
  >
    <div class="thread">
      ${header(visit, conversation)}
      ${when(settling !== null && settling.verb !== 'replies' && settling, (found) =>
        neededForm(visit, request.id, found),
      )}
      <section class="messages" aria-label="${words.messages}" data-live="messages">
        ${messages.map((message) => messageView(visit, message, { canSplit }))}
      </section>
      ${when(
        missed.length > 0,
        () =>
          html`<p class="hint bad">
            ${words.missed}: ${missed.map((id) => html`<a href="#m${id}">#${id}</a> `)}
          </p>`,
      )}
      ${box(visit, conversation)}
    </div>
    ${facts(visit, conversation)}
  </div>`;
}
