import { html } from 'hono/html';
import { replaceToken } from '../../../integrations/jira/connections/connect.ts';
import { beginConsent, endConsent } from '../../../integrations/jira/connections/consent.ts';
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
import { sessionCookie } from '../../../people/callers/session-cookie.ts';
import { notFound, Problem } from '../../../platform/problems.ts';
import { textField } from '../parts/fields.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { problemWords } from '../shell/problem-words.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { mappingForm } from './mapping-form.ts';
import { jiraWords } from './words.ts';

const PATH = '/settings/jira/:id{[0-9]+}';

/** One connection: how its token stands, what became of it, and what it sees. */
export function connectionHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => show(visit, idIn(visit.c) ?? 0, null));
  pages.post(PATH, async (visit) => {
    const form = await readForm(visit.c);
    const verb = form.text('verb');
    const connectionId = idIn(visit.c) ?? 0;
    const { deps, actor, c } = visit;
    const act = async () => {
      if (verb === 'consent') {
        const { url } = await beginConsent(deps, actor, { connectionId, session: sessionOf(visit) });
        return c.redirect(url, 303);
      }
      if (verb === 'disconnect') {
        await disconnectJira(deps, actor, { connectionId });
        return done(visit, '/settings/jira', { did: 'done' });
      }
      if (verb === 'token')
        await replaceToken(deps, actor, {
          connectionId,
          token: form.text('token').trim(),
          tokenEndsAt: null,
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
      session: sessionOf(visit),
    });
    return done(visit, `/settings/jira/${connectionId}`, { did: 'done' });
  });
}

function sessionOf({ c, deps }: Visit): string {
  const session = sessionCookie(deps.publicUrl).read(c);
  if (session === undefined) throw new Problem('unauthenticated', 'A consent takes a session.');
  return session;
}

async function show(visit: Visit, connectionId: number, alert: string | null): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(jiraWords);
  const connection = await findConnection(deps, actor, connectionId);
  if (connection.state === 'disconnected') throw notFound('connection', connectionId);
  const events = await listGrantEvents(deps, actor, connectionId);
  const isOauth = connection.kind === 'oauth';
  const content = html`<p><a href="/settings/jira">← ${words.all}</a></p>
    <h2 dir="auto">${connection.name}</h2>
    <p>
      <span class="mark ${connection.state === 'active' ? 'good' : 'bad'}" data-state
        >${words.states[connection.state]}</span
      >
      ${when(connection.reason, (reason) => html` <q lang="en">${reason}</q>`)}
    </p>
    <dl class="facts" data-live="token">${facts(visit, connection)}</dl>
    <form method="post" class="verbs">
      ${when(
        isOauth,
        () =>
          html`<button class="${connection.state === 'active' ? '' : 'primary'}" name="verb" value="consent">
            ${connection.state === 'pending' ? words.consent : words.reconnect}
          </button>`,
      )}
      ${when(
        isOauth && connection.state === 'active',
        () => html`<button name="verb" value="refresh">${words.refresh}</button>`,
      )}
      ${when(
        !isOauth,
        () =>
          html`${textField({ label: words.token, name: 'token', type: 'password' })}
            <button class="${connection.state === 'active' ? '' : 'primary'}" name="verb" value="token">
              ${words.reconnect}
            </button>`,
      )}
      <button class="danger" name="verb" value="disconnect">${words.disconnect}</button>
    </form>
    ${when(
      may(actor, 'jira.manage') && connection.operatorId === null,
      () =>
        html`<p class="quiet">
          ${words.hookUrl}: <code>${hookUrl(deps, connectionId)}</code> ${words.hookSecret}
          <code>${deps.keyring.open(connection.webhookSecret)}</code>
        </p>`,
    )}
    ${
      connection.state === 'active' && connection.operatorId === null && may(actor, 'jira.manage')
        ? await mappingForm(visit, connectionId)
        : ''
    }
    ${connection.state === 'active' ? await seen(visit, connectionId) : ''}
    <h2>${words.events}</h2>
    <ul class="quiet">
      ${events.map(
        (event) =>
          html`<li>
            ${visit.format.time(event.at)} <b>${event.type}</b> <span lang="en">${event.message}</span>
          </li>`,
      )}
    </ul>`;
  return settingsPage(visit, 'jira', { content, alert, about: connection.name });
}

function facts(visit: Visit, connection: Awaited<ReturnType<typeof findConnection>>): Html {
  const words = visit.say(jiraWords);
  const at = (date: Date | null) => (date === null ? words.never : visit.format.time(date));
  const left = connection.accessExpiresAt;
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
      html`<dt>${term}</dt>
        <dd dir="auto">${value}</dd>`,
  )}`;
}

/** What Jira shows to this connection: a test that anyone understands. */
async function seen(visit: Visit, connectionId: number): Promise<Html> {
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
      <h2>${words.issues} <span>${wanted ?? ''}</span></h2>
      <ul>
        ${issues.map(
          ({ key, fields }) =>
            html`<li>
              ${key} <span dir="auto">${fields.summary ?? ''}</span>
              <small>${fields.status?.name ?? ''}</small>
            </li>`,
        )}
      </ul>`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return html`<p class="hint bad">${problemWords(visit, error)}</p>`;
  }
}
