import { html } from 'hono/html';
import { replaceToken } from '../../../integrations/jira/connections/connect.ts';
import { beginConsent, endConsent } from '../../../integrations/jira/connections/consent.ts';
import type { ConnectionRow, ConnectionView } from '../../../integrations/jira/connections/connection.ts';
import { disconnectJira } from '../../../integrations/jira/connections/disconnect.ts';
import {
  findConnection,
  listConnectionIssues,
  listConnectionProjects,
  listGrantEvents,
  refreshNow,
} from '../../../integrations/jira/connections/find-connections.ts';
import { hookUrl } from '../../../integrations/jira/hearing/webhooks.ts';
import { may } from '../../../people/access/permissions.ts';
import { notFound, Problem } from '../../../platform/problems.ts';
import { textField } from '../parts/fields.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { leadOut } from '../settings/lead-out.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { problemWords } from '../shell/problem-words.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import type { RefusedMapping } from './mapping-controls.ts';
import { mappingForm, mappingHandlers } from './mapping-form.ts';
import { tokenEndsField, tokenEndsIn } from './token-ends.ts';
import { jiraWords, STATE_MARKS } from './words.ts';

const PATH = '/settings/jira/:id{[0-9]+}';

/** One connection: how its token stands, what became of it, and what it sees. */
export function connectionHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => show(visit, idIn(visit.c) ?? 0, null));
  mappingHandlers(pages, show);
  pages.post(PATH, async (visit) => {
    const form = await readForm(visit.c);
    const verb = form.text('verb');
    const connectionId = idIn(visit.c) ?? 0;
    const { deps, actor } = visit;
    const act = async () => {
      if (verb === 'consent') {
        const { url } = await beginConsent(deps, actor, { connectionId, session: visit.session });
        return leadOut(visit, 'jira', { url, words: visit.say(jiraWords).consent });
      }
      if (verb === 'disconnect') {
        await disconnectJira(deps, actor, { connectionId });
        return done(visit, '/settings/jira', { did: 'done' });
      }
      if (verb === 'token')
        await replaceToken(deps, actor, {
          connectionId,
          token: form.text('token').trim(),
          tokenEndsAt: tokenEndsIn(form),
        });
      if (verb === 'refresh') await refreshNow(deps, actor, connectionId);
      return done(visit, `/settings/jira/${connectionId}`, { did: 'done' });
    };
    return orAgain(visit, act, (alert) => show(visit, connectionId, alert));
  });
  pages.get('/settings/jira/callback', async (visit) => {
    const query = (name: string) => visit.c.req.query(name) ?? null;
    const answer = { code: query('code'), error: query('error'), state: query('state') ?? '' };
    const { connectionId } = await endConsent(visit.deps, visit.actor, {
      ...answer,
      session: visit.session,
    });
    return done(visit, `/settings/jira/${connectionId}`, { did: 'done' });
  });
}

async function show(
  visit: Visit,
  connectionId: number,
  alert: string | null,
  refused: RefusedMapping | null = null,
): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(jiraWords);
  const connection = await findConnection(deps, actor, connectionId);
  if (connection.state === 'disconnected') throw notFound('connection', connectionId);
  const events = await listGrantEvents(deps, actor, connectionId);
  const isActive = connection.state === 'active';
  const content = html`<p><a href="/settings/jira">← ${words.all}</a></p>
    <h2 dir="auto">
      ${connection.name}
      <span class="mark ${STATE_MARKS[connection.state]}" data-state>${words.states[connection.state]}</span>
    </h2>
    ${when(connection.reason, (reason) => html`<p class="card bad"><q lang="en">${reason}</q></p>`)}
    <dl class="figures" data-live="token">${facts(visit, connection)}</dl>
    ${connection.kind === 'oauth' ? consentForm(visit, connection) : tokenForm(visit, connection)}
    ${when(may(actor, 'jira.manage') && connection.operatorId === null, () => webhook(visit, connection))}
    <details>
      <summary class="link">${words.disconnect}</summary>
      <form method="post" class="stack form">
        <p class="quiet">${words.disconnectSure}</p>
        <div class="verbs">
          <button class="danger" name="verb" value="disconnect">${words.disconnect}</button>
        </div>
      </form>
    </details>
    ${
      isActive && connection.operatorId === null && may(actor, 'jira.manage')
        ? await mappingForm(visit, connectionId, refused)
        : ''
    }
    ${isActive ? await seen(visit, connection) : ''}
    <h2>${words.events}</h2>
    <ul class="quiet">
      ${events.map(
        (event) =>
          html`<li>
            ${visit.format.time(event.at)}
            ${when(event.type === 'error' || event.type === 'warning', () => html`<span class="mark bad">!</span>`)}
            <span lang="en">${event.message}</span>
          </li>`,
      )}
    </ul>`;
  return settingsPage(visit, 'jira', { content, alert, about: connection.name });
}

function consentForm(visit: Visit, { state }: ConnectionView): Html {
  const words = visit.say(jiraWords);
  return html`<form method="post" class="verbs">
    <button class="${state === 'active' ? '' : 'primary'}" name="verb" value="consent">
      ${state === 'pending' ? words.consent : words.reconnect}
    </button>
    ${when(state === 'active', () => html`<button name="verb" value="refresh">${words.refresh}</button>`)}
  </form>`;
}

function tokenForm(visit: Visit, { state }: ConnectionView): Html {
  const words = visit.say(jiraWords);
  return html`<details ${state === 'active' ? '' : html`open`}>
    <summary class="link">${words.replace}</summary>
    <form method="post" class="stack card form">
      ${textField({ label: words.token, name: 'token', type: 'password' })} ${tokenEndsField(visit, '')}
      <div class="verbs"><button class="primary" name="verb" value="token">${words.reconnect}</button></div>
    </form>
  </details>`;
}

function webhook(visit: Visit, { id, webhookSecret }: ConnectionRow): Html {
  const words = visit.say(jiraWords);
  return html`<details>
    <summary class="link">${words.hook}</summary>
    <p class="quiet">
      ${words.hookUrl}: <code>${hookUrl(visit.deps, id)}</code> ${words.hookSecret}
      <code>${visit.deps.keyring.open(webhookSecret)}</code>
    </p>
  </details>`;
}

function facts(visit: Visit, connection: Awaited<ReturnType<typeof findConnection>>): Html {
  const words = visit.say(jiraWords);
  const at = (date: Date | null) => (date === null ? words.never : visit.format.time(date));
  // A token that is refused has no time left, whatever it was given.
  const left = connection.state === 'active' ? connection.accessExpiresAt : null;
  const rows: readonly (readonly [string, unknown])[] = [
    [words.account, connection.accountName ?? '—'],
    ...(left === null
      ? []
      : ([
          [
            words.left,
            `${Math.max(0, Math.round((left.getTime() - visit.now.getTime()) / 60_000))} ${words.minutes}`,
          ],
          [words.lastRefresh, at(connection.refreshedAt)],
          [words.nextRefresh, at(connection.nextRefreshAt)],
          [words.refreshes, `${connection.refreshesSucceeded} / ${connection.refreshesFailed}`],
          [words.unused, at(connection.refreshExpiresAt)],
        ] as const)),
    ...(connection.tokenEndsAt === null ? [] : ([[words.tokenEnds, at(connection.tokenEndsAt)]] as const)),
    ...(connection.pausedUntil !== null && connection.pausedUntil > visit.now
      ? ([[`${words.paused} (${connection.pauseReason ?? ''})`, at(connection.pausedUntil)]] as const)
      : []),
    [words.swept, at(connection.sweptAt)],
    ...(connection.webhooksUntil === null ? [] : ([[words.hooks, at(connection.webhooksUntil)]] as const)),
  ];
  return html`${rows.map(
    ([term, value]) =>
      html`<div>
        <dt>${term}</dt>
        <dd dir="auto">${value}</dd>
      </div>`,
  )}`;
}

/** What Jira shows to this connection: a test that anyone understands. */
async function seen(visit: Visit, { id: connectionId, siteUrl }: ConnectionView): Promise<Html> {
  const words = visit.say(jiraWords);
  try {
    const projects = await listConnectionProjects(visit.deps, visit.actor, connectionId);
    const wanted = visit.c.req.query('project') ?? projects[0]?.key;
    const issues =
      wanted === undefined
        ? []
        : await listConnectionIssues(visit.deps, visit.actor, { connectionId, projectKey: wanted });
    return html`<h2>${words.projects}</h2>
      <ul class="cards">
        ${projects.map(
          ({ key, name }) =>
            html`<li class="card">
              <a href="?project=${encodeURIComponent(key)}">${key}</a> <span dir="auto">${name}</span>
            </li>`,
        )}
      </ul>
      ${when(projects.length === 0, () => html`<p class="quiet">${words.noProjects}</p>`)}
      ${when(wanted, (key) => html`<h2>${words.issues} ${key}</h2>`)}
      ${when(wanted !== undefined && issues.length === 0, () => html`<p class="quiet">${words.noIssues}</p>`)}
      <ul>
        ${issues.map(
          ({ key, fields }) =>
            html`<li>
              <a href="${siteUrl}/browse/${key}" rel="noreferrer" target="_blank">${key}</a>
              <span dir="auto">${fields.summary ?? ''}</span>
              <small>${fields.status?.name ?? ''}</small>
            </li>`,
        )}
      </ul>`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return html`<p class="hint bad">${problemWords(visit, error)}</p>`;
  }
}
