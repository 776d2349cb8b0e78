import { html } from 'hono/html';
import { servesMailbox } from '../../../people/access/permissions.ts';
import type { RequestView } from '../../../requests/request/request-view.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { type Takers, takerOptions } from './give.ts';
import { teamWords } from './words.ts';

/** Hands a request up, with a reason; '' where there is nobody to hand it to. */
export function escalateMenu(visit: Visit, request: RequestView, all: Takers): Html | '' {
  const words = visit.say(teamWords);
  const { assets } = visit.deps;
  const up: Takers = {
    teams: all.teams.filter((each) => servesMailbox(each, request.mailboxId)),
    operators: all.operators.filter(
      (each) =>
        each.role !== 'agent' && each.id !== visit.actor.operatorId && servesMailbox(each, request.mailboxId),
    ),
  };
  if (up.teams.length + up.operators.length === 0) return '';
  return html`<details class="dropdown" name="menu">
    <summary class="button" data-key="h" aria-keyshortcuts="h">
      ${words.escalate}${icon('chevron-down', assets)}
    </summary>
    <form method="post" action="/requests/${request.id}/escalate" class="stack">
      <label
        >${words.escalateTo}
        <select name="operatorId">
          ${takerOptions(visit, up, false)}
        </select></label
      >
      <label
        >${words.reason}<textarea name="reason" rows="3" required maxlength="2000" dir="auto"></textarea>
        <small>${words.escalateHint}</small></label
      >
      <button class="primary">${icon('flag', assets)}${words.escalate}</button>
    </form>
  </details>`;
}

/** To whom a request is handed up, by whom and why, and the way to end it. */
export function escalationHint(visit: Visit, { id, escalation }: RequestView): Html | '' {
  const words = visit.say(teamWords);
  return when(
    escalation,
    ({ team, operator, by, reason }) =>
      html`<div class="hint bad">
        <p>
          ${icon('flag', visit.deps.assets)}
          <b dir="auto">${words.escalatedTo(team?.name ?? operator?.name ?? '', by.name)}</b>
          <span dir="auto">${reason}</span>
        </p>
        <form method="post" action="/requests/${id}/deescalate">
          <button class="link">${words.end}</button>
        </form>
      </div>`,
  );
}

/** On a row of the list. */
export function escalationMark(visit: Visit, { escalation }: RequestView): Html | '' {
  const words = visit.say(teamWords);
  return when(
    escalation,
    ({ team, operator, reason }) =>
      html`<span class="mark bad" title="${team?.name ?? operator?.name ?? ''}: ${reason}"
        >${icon('flag', visit.deps.assets)}${words.escalated}</span
      >`,
  );
}
