import { html } from 'hono/html';
import { listConnections } from '../../../integrations/jira/connections/find-connections.ts';
import { retryLink, unlinkRequest } from '../../../integrations/jira/links/end-link.ts';
import { linkRequest, listLinks } from '../../../integrations/jira/links/link-request.ts';
import type { LinkView } from '../../../integrations/jira/links/link.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { jiraWords } from './words.ts';

/** Ties a request to an issue, or unties it. */
export function panelHandlers(pages: Pages): void {
  pages.post('/requests/:id{[0-9]+}/jira', async (visit) => {
    const form = await readForm(visit.c);
    const requestId = idIn(visit.c) ?? 0;
    const { deps, actor } = visit;
    const linkId = form.id('linkId') ?? 0;
    const verb = form.text('verb');
    if (verb === 'untie') await unlinkRequest(deps, actor, { requestId, linkId });
    else if (verb === 'retry') await retryLink(deps, actor, { requestId, linkId });
    else {
      const issueKey = verb === 'tie' ? (form.line('issueKey') ?? undefined) : undefined;
      const connectionId = form.id('connectionId') ?? undefined;
      await linkRequest(deps, actor, { requestId, issueKey, connectionId });
    }
    return done(visit, `/requests/${requestId}`, { did: 'done' });
  });
}

export type JiraPanel = { readonly links: readonly LinkView[]; readonly connectionId: number | null };

/** What the panel shows; null on a desk without Jira. */
export async function readPanel({ deps, actor }: Visit, requestId: number): Promise<JiraPanel | null> {
  const [links, connections] = await Promise.all([
    listLinks(deps, actor, { requestId }),
    listConnections(deps, actor),
  ]);
  const connection = connections.find(({ operatorId, state }) => operatorId === null && state === 'active');
  return connection === undefined && links.length === 0
    ? null
    : { links, connectionId: connection?.id ?? null };
}

/** The issues that a request is tied to, and ways to tie it to one. */
export function jiraPanel(visit: Visit, requestId: number, panel: JiraPanel): Html {
  const words = visit.say(jiraWords);
  return html`<h2>${words.panel}</h2>
    <ul class="others" data-live="jira">
      ${panel.links.map((link) => row(visit, requestId, link))}
    </ul>
    ${when(
      panel.connectionId,
      (connectionId) =>
        html`<form method="post" action="/requests/${requestId}/jira" class="stack">
          <label>${words.key} <input name="issueKey" maxlength="255" placeholder="DEV-7" /></label>
          <div class="verbs">
            <button name="verb" value="make">${words.make}</button>
            <button name="verb" value="tie">${words.tie}</button>
          </div>
          <input type="hidden" name="connectionId" value="${connectionId}" />
        </form>`,
    )}`;
}

function row(visit: Visit, requestId: number, link: LinkView): Html {
  const words = visit.say(jiraWords);
  const state = words.linkStates[link.state];
  return html`<li>
    ${
      link.key === null
        ? html`<span dir="auto">${link.summary ?? ''}</span>`
        : html`<a href="${link.siteUrl}/browse/${link.key}" rel="noreferrer" target="_blank">${link.key}</a>
            <span dir="auto">${link.summary ?? ''}</span>`
    }
    <small
      >${link.status ?? ''}
      ${when(state, (text) => html`<span class="mark bad" title="${link.fault ?? ''}">${text}</span>`)}
      ${when(link.waitingChanges > 0, () => html`<span class="mark">${words.waiting}</span>`)}</small
    >
    <form method="post" action="/requests/${requestId}/jira" class="verbs">
      <input type="hidden" name="linkId" value="${link.id}" />
      ${when(
        link.state === 'refused' || link.state === 'broken',
        () => html`<button name="verb" value="retry">${words.retry}</button>`,
      )}
      <button name="verb" value="untie">${words.untie}</button>
    </form>
  </li>`;
}
