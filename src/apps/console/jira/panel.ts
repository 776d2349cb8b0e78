import { html } from 'hono/html';
import { listConnections } from '../../../integrations/jira/connections/find-connections.ts';
import { retryLink, unlinkRequest } from '../../../integrations/jira/links/end-link.ts';
import { linkRequest, listLinks } from '../../../integrations/jira/links/link-request.ts';
import type { LinkView } from '../../../integrations/jira/links/link.ts';
import { selectField } from '../parts/fields.ts';
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

export type JiraPanel = {
  readonly links: readonly LinkView[];
  /** The sites that an issue can be tied or made in. */
  readonly sites: readonly (readonly [number, string])[];
};

/** What the panel shows; null on a desk without Jira. */
export async function readPanel({ deps, actor }: Visit, requestId: number): Promise<JiraPanel | null> {
  const [links, connections] = await Promise.all([
    listLinks(deps, actor, { requestId }),
    listConnections(deps, actor),
  ]);
  const sites = connections
    .filter(({ operatorId, state }) => operatorId === null && state === 'active')
    .map(({ id, name }) => [id, name] as const);
  return sites.length === 0 && links.length === 0 ? null : { links, sites };
}

/** The issues that a request is tied to, and ways to tie it to one. */
export function jiraPanel(visit: Visit, requestId: number, panel: JiraPanel | null): Html {
  const words = visit.say(jiraWords);
  // Without Jira too: an issue may be tied while the page stands open.
  if (panel === null) return html`<div data-live="jira"></div>`;
  return html`<div class="stack" data-live="jira">
    <h2>${words.panel}</h2>
    <ul class="others">
      ${panel.links.map((link) => row(visit, requestId, link))}
    </ul>
    ${when(panel.sites.length > 0, () =>
      panel.links.length === 0
        ? newLink(visit, requestId, panel.sites)
        : html`<details>
            <summary class="link">${words.another}</summary>
            ${newLink(visit, requestId, panel.sites)}
          </details>`,
    )}
  </div>`;
}

function newLink(visit: Visit, requestId: number, sites: JiraPanel['sites']): Html {
  const words = visit.say(jiraWords);
  const [only, ...others] = sites;
  const site =
    others.length === 0
      ? html`<input type="hidden" name="connectionId" value="${only?.[0] ?? ''}" />`
      : selectField({
          label: words.site,
          name: 'connectionId',
          options: [['', words.mailboxSite], ...sites],
        });
  return html`<form method="post" action="/requests/${requestId}/jira" class="stack">
    ${site}
    <label>${words.key} <input name="issueKey" maxlength="255" placeholder="DEV-7" /></label>
    <div class="verbs">
      <button name="verb" value="make">${words.make}</button>
      <button name="verb" value="tie">${words.tie}</button>
    </div>
  </form>`;
}

function row(visit: Visit, requestId: number, link: LinkView): Html {
  const words = visit.say(jiraWords);
  const state = words.linkStates[link.state];
  const isFailed = link.state === 'refused' || link.state === 'broken';
  const summary = html`<span dir="auto">${link.summary ?? ''}</span>`;
  return html`<li class="stack">
    <div>
      ${
        link.key === null
          ? summary
          : html`<a href="${link.siteUrl}/browse/${link.key}" rel="noreferrer" target="_blank">${link.key}</a>
              ${summary}`
      }
      <small
        >${link.status ?? ''}
        ${when(state, (text) => html`<span class="mark ${isFailed ? 'bad' : 'pending'}">${text}</span>`)}
        ${when(link.waitingChanges > 0, () => html`<span class="mark">${words.waiting}</span>`)}</small
      >
    </div>
    ${when(isFailed && link.fault, (fault) => html`<small class="fault" lang="en">${fault}</small>`)}
    <form method="post" action="/requests/${requestId}/jira" class="verbs">
      <input type="hidden" name="linkId" value="${link.id}" />
      ${when(isFailed, () => html`<button name="verb" value="retry">${words.retry}</button>`)}
      <button name="verb" value="untie">${words.untie}</button>
    </form>
  </li>`;
}
