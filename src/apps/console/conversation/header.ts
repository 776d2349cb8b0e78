import { html } from 'hono/html';
import { isOpen } from '../../../requests/request.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { presenceLine } from '../parts/presence.ts';
import { terms } from '../parts/terms.ts';
import { escalateMenu, escalationHint } from '../teams/escalate.ts';
import { takerOptions, takersOf } from '../teams/give.ts';
import type { Visit } from '../shell/visit.ts';
import type { Conversation } from './conversation.ts';
import { mergeForm } from './merge-form.ts';
import { conversationWords } from './words.ts';

/** What the request is, how it stands, and what can be done with it. */
export function header(visit: Visit, conversation: Conversation): Html {
  const { say, deps } = visit;
  const words = say(conversationWords);
  const { status, noSubject } = say(terms);
  const { request, from, next, previous } = conversation;
  const link = (id: number): string => `/requests/${id}?from=${encodeURIComponent(from)}`;
  return html`<header class="head">
    <div class="top">
      <nav class="around" aria-label="${words.back}">
        <a href="/requests?${from || 'view=open'}#r${request.id}" data-key="u" aria-keyshortcuts="u"
          >${icon('arrow-left', deps.assets)}<span>${words.back}</span></a
        >
        ${when(
          previous,
          (id) => html`<a href="${link(id)}" data-key="k" aria-keyshortcuts="k">${words.previous}</a>`,
        )}
        ${when(next, (id) => html`<a href="${link(id)}" data-key="j" aria-keyshortcuts="j">${words.next}</a>`)}
      </nav>
      <p class="presence" data-live="presence">${presenceLine(visit, conversation.present)}</p>
    </div>
    <div class="matter">
      <h1 dir="auto">
        <span title="${request.subject}">${request.subject || noSubject}</span>
        <button
          type="button"
          class="number quiet"
          data-copy="${request.id}"
          data-key="."
          title="${words.number}"
        >
          ${request.id}
        </button>
      </h1>
      <div class="verbs" data-live="verbs">
        <span class="mark ${request.status}" data-status>${status[request.status]}</span>
        ${lifeVerbs(visit, conversation)} ${assignMenu(visit, conversation)} ${moreMenu(visit, conversation)}
      </div>
    </div>
    ${links(visit, conversation)}
  </header>`;
}

function lifeVerbs(visit: Visit, { request }: Conversation): Html {
  const words = visit.say(conversationWords);
  const { assets } = visit.deps;
  const { id, status } = request;
  const isMine = request.assigneeId === visit.actor.operatorId;
  if (request.mergedInto !== null)
    return html`${verb(id, 'unmerge', html`${icon('undo-2', assets)}${words.unmerge}`)}`;
  if (!isOpen(status)) return html`${verb(id, 'reopen', html`${icon('undo-2', assets)}${words.reopen}`)}`;
  return html`${when(
      request.assigneeId === null && status !== 'resolved',
      () =>
        html`<form method="post" action="/requests/${id}/take">
          <button class="primary" data-key="t" aria-keyshortcuts="t">
            ${icon('circle-user', assets)}${words.take}
          </button>
        </form>`,
    )}
    <details class="dropdown" name="menu">
      <summary class="button" data-key="s" aria-keyshortcuts="s">
        ${words.status}${icon('chevron-down', assets)}
      </summary>
      <div class="stack">
        ${when(status === 'in_progress', () => verb(id, 'pend', html`${words.pend}`))}
        ${when(status === 'resolved', () => verb(id, 'reopen', html`${words.reopen}`))}
        ${when(isMine && status !== 'resolved', () => verb(id, 'unassign', html`${words.giveBack}`))}
        ${when(
          status !== 'resolved',
          () =>
            html`<form method="post" action="/requests/${id}/resolve" class="stack">
              <label
                >${words.resolution}<textarea
                  name="notes"
                  rows="2"
                  required
                  maxlength="200000"
                  dir="auto"
                ></textarea>
              </label>
              <button>${words.resolve}</button>
            </form>`,
        )}
        <form method="post" action="/requests/${id}/close">
          <input type="hidden" name="quietly" value="yes" /><button>${words.closeQuietly}</button>
        </form>
      </div>
    </details>
    <form method="post" action="/requests/${id}/close">
      <button data-key="e" aria-keyshortcuts="e">${icon('check', assets)}${words.close}</button>
    </form>`;
}

function assignMenu(visit: Visit, { request, operators, teams }: Conversation): Html | '' {
  const words = visit.say(conversationWords);
  const { id, assigneeId, teamId, status } = request;
  if (!isOpen(status) || status === 'resolved') return '';
  const takers = takersOf(visit, request, {
    operators: operators.filter((each) => each.id !== assigneeId),
    teams: teams.filter((each) => each.id !== teamId),
  });
  return html`${when(
    takers,
    (found) =>
      html`<details class="dropdown" name="menu">
        <summary class="button" data-key="a" aria-keyshortcuts="a">
          ${words.assign}${icon('chevron-down', visit.deps.assets)}
        </summary>
        <form method="post" action="/requests/${id}/assign" class="stack">
          <label
            >${words.assignTo}
            <select name="operatorId">
              ${takerOptions(visit, found, teamId !== null)}
            </select></label
          >
          <button class="primary">${words.assign}</button>
        </form>
      </details>`,
  )}
  ${escalateMenu(visit, request, { operators, teams })}`;
}

function moreMenu(visit: Visit, { request, others }: Conversation): Html {
  const words = visit.say(conversationWords);
  const { id } = request;
  const near = others.filter((other) => isOpen(other.status) && other.mailboxId === request.mailboxId);
  return html`<details class="dropdown" name="menu">
    <summary class="button">${words.more}${icon('chevron-down', visit.deps.assets)}</summary>
    <div class="stack">
      <a href="/requests/${id}/history">${icon('history', visit.deps.assets)}${words.history}</a>
      <button type="button" class="link" hidden data-scripted data-unfold data-key=";" aria-keyshortcuts=";">
        ${words.unfoldAll}
      </button>
      ${when(
        isOpen(request.status),
        () =>
          html`<form method="post" action="/requests/${id}/facts" class="stack">
              <label
                >${words.subject}
                <input name="subject" value="${request.subject}" maxlength="500" required dir="auto"
              /></label>
              <button>${words.rename}</button>
            </form>
            ${mergeForm(visit, id, near)}`,
      )}
    </div>
  </details>`;
}

function links(visit: Visit, { request }: Conversation): Html {
  const words = visit.say(conversationWords);
  const { mergedInto, followUpOf, refersTo, needsAttention, id } = request;
  const hint = (to: number | null, sentence: (id: number) => string): Html | '' =>
    when(to, (other) => html`<p class="hint"><a href="/requests/${other}">${sentence(other)}</a></p>`);
  return html`${hint(mergedInto, words.mergedInto)} ${hint(followUpOf, words.followUpOf)}
  ${hint(refersTo, words.refersTo)} ${escalationHint(visit, request)}
  ${when(
    needsAttention,
    () =>
      html`<div class="hint bad">
        <span>${words.attention}</span>
        <form method="post" action="/requests/${id}/facts">
          <input type="hidden" name="attention" value="done" /><button class="link">
            ${words.attentionDone}
          </button>
        </form>
      </div>`,
  )}`;
}

function verb(id: number, name: string, words: Html): Html {
  return html`<form method="post" action="/requests/${id}/${name}"><button>${words}</button></form>`;
}
