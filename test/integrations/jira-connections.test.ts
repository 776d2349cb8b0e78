import { expect, test } from 'vitest';
import { appToken } from '../../src/apps/demo/jira/hooks.ts';
import { SIMULATED_APP } from '../../src/apps/demo/jira/sign-in.ts';
import { checkConnections } from '../../src/integrations/jira/connection-check.ts';
import { reconcileJira } from '../../src/integrations/jira/reconcile-jira.ts';
import { tidyJira } from '../../src/integrations/jira/work-jira.ts';
import { refreshDue, refreshGrant } from '../../src/integrations/jira/connections/refresh-grant.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { problemOf } from '../support/app.ts';
import { MAPPING, personComment, testJiraDesk } from '../support/jira.ts';

const { db, url, desk } = await testJiraDesk();

const HOUR = 3_600_000;

async function session(operatorId = desk.ada.id) {
  const opened = await db.begin((tx) => openSession(tx, operatorId, desk.clock.now()));
  return opened.session;
}

function page(method: string, path: string, cookie: string, form: Record<string, string> = {}) {
  return desk.app.request(path, {
    method,
    headers: { cookie: `__Host-mailroom=${cookie}`, origin: 'https://desk.example.com' },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(form) }),
  });
}

async function oauthConnection() {
  return desk.ok('POST', '/v1/connections', {
    kind: 'oauth',
    name: 'Jira',
    siteUrl: desk.siteUrl,
    clientId: SIMULATED_APP.id,
    clientSecret: SIMULATED_APP.secret,
  });
}

/** The browser's way to Atlassian and back, as far as the desk's own page. */
async function consentAnswer(connectionId: number, cookie: string, decide = 'allow'): Promise<string> {
  const begun = await page('POST', `/settings/jira/${connectionId}`, cookie, { verb: 'consent' });
  // No redirect: the policy of the page would keep the browser from following it.
  expect(begun.status).toBe(200);
  const authorize = new URL((begun.headers.get('refresh') ?? '').replace('0; url=', ''));
  expect(authorize.searchParams.get('scope')).toContain('offline_access');
  authorize.searchParams.set('decide', decide);
  const back = await fetch(authorize, { redirect: 'manual' });
  return (
    new URL(back.headers.get('location') ?? '').pathname + new URL(back.headers.get('location') ?? '').search
  );
}

async function connected() {
  const { id } = await oauthConnection();
  const cookie = await session();
  const answer = await consentAnswer(id, cookie);
  expect((await page('GET', answer, cookie)).status).toBe(303);
  return desk.ok('GET', `/v1/connections/${id}`);
}

test('a token without scopes works at the site, one with scopes at the gateway, a wrong one nowhere', async () => {
  expect(await desk.connect(null)).toMatchObject({ state: 'active', account: 'Mailroom Bot' });
  await desk.connect(null, { token: `scoped-${desk.jira.bot.apiToken}` });
  const rows = await db`select base from jira_connections order by id`;
  expect(rows.map(({ base }) => base)).toEqual(['site', 'gateway']);
  const refused = await desk.call('POST', '/v1/connections', {
    token: desk.ada.token,
    body: { kind: 'api_token', name: 'Jira', siteUrl: desk.siteUrl, email: 'a@b.example', token: 'wrong' },
  });
  expect((await problemOf(refused, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/token' }]);
  const [stored] = await db`select sealed from jira_grants limit 1`;
  expect(stored?.['sealed']).not.toContain(desk.jira.bot.apiToken);
});

test('a consent ends in the session that began it, once, and in no other', async () => {
  const { id } = await oauthConnection();
  const [mine, other] = [await session(), await session()];
  const answer = await consentAnswer(id, mine);
  expect((await page('GET', answer, other)).status).toBe(403);
  expect((await page('GET', answer, mine)).status).toBe(303);
  expect((await page('GET', answer, mine)).status).toBe(403);
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({
    state: 'active',
    reconnectNeeded: false,
    expiresInSeconds: 3600,
    refreshStatus: 'waiting',
  });
});

test('a consent that is denied connects nothing', async () => {
  const { id } = await oauthConnection();
  const cookie = await session();
  const denied = await page('GET', await consentAnswer(id, cookie, 'deny'), cookie);
  expect(denied.status).toBe(409);
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ state: 'pending' });
});

test('tokens are refreshed before they end, on demand, and refused for good they wait for a person', async () => {
  const { id } = await connected();
  desk.clock.advance(0.9 * HOUR);
  await refreshDue(desk.deps);
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ refreshesSucceeded: 2 });
  expect(await desk.ok('POST', `/v1/connections/${id}/refresh`)).toEqual({ result: 'refreshed' });

  desk.jira.signIn.revoke();
  expect(await desk.ok('POST', `/v1/connections/${id}/refresh`)).toEqual({ result: 'reconnect_needed' });
  const asked = desk.jira.signIn.state.refreshes;
  desk.clock.advance(24 * HOUR);
  await desk.work();
  expect(desk.jira.signIn.state.refreshes).toBe(asked);
  const { items } = await desk.ok('GET', `/v1/connections/${id}/events`);
  expect(items[0].message).toContain('Unknown or invalid refresh token');
  const mails = await db`select kind from desk_mails`;
  expect(mails.map(({ kind }) => kind)).toEqual(['jira_reconnect']);

  // The same button mends it, and the row stays the same.
  const cookie = await session();
  await page('GET', await consentAnswer(id, cookie), cookie);
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ state: 'active' });
});

test('two processes that refresh at once ask Atlassian once, and one that was killed in between locks nobody out', async () => {
  const { id } = await connected();
  const other = { ...desk.deps, db: connect(url, { max: 2 }) };
  try {
    const [grant] = await db<{ id: number; refreshedAt: Date }[]>`select id, refreshed_at from jira_grants`;
    const before = desk.jira.signIn.state.refreshes;
    for (let n = 0; n < 25; n += 1) {
      desk.clock.advance(1000);
      const [now] = await db<{ refreshedAt: Date }[]>`select refreshed_at from jira_grants`;
      await Promise.all(
        [desk.deps, other].map((deps) => refreshGrant(deps, grant!.id, { refreshedAt: now!.refreshedAt })),
      );
      if (n % 5 !== 0) continue;
      // Killed between Atlassian's answer and its commit: the old pair stays in the row, and the mark.
      const [row] = await db<
        { sealed: string; refreshedAt: Date }[]
      >`select sealed, refreshed_at from jira_grants`;
      await refreshGrant(other, grant!.id, { refreshedAt: row!.refreshedAt });
      await db`update jira_grants set sealed = ${row!.sealed}, refresh_began_at = ${desk.clock.now()}`;
      desk.clock.advance(20_000);
      await refreshDue(desk.deps);
    }
    expect(desk.jira.signIn.state.refreshes - before).toBe(25 + 5 + 5);
    expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ state: 'active' });
    expect((await desk.ok('GET', `/v1/connections/${id}/projects`)).items).toHaveLength(2);
  } finally {
    await other.db.end();
  }
});

test('an operator’s own connection writes their comments in their name, and is nobody else’s to see', async () => {
  await desk.connect();
  const ann = desk.jira.world.addAccount('Ann Agent');
  const own = await desk.ok(
    'POST',
    '/v1/connections',
    {
      kind: 'api_token',
      name: 'Mine',
      siteUrl: desk.siteUrl,
      email: ann.email,
      token: ann.apiToken,
      personal: true,
    },
    desk.ann.token,
  );
  await problemOf(
    await desk.call('GET', `/v1/connections/${own.id}`, { token: desk.ada.token }),
    404,
    'not_found',
  );
  const { requestId } = await desk.mail();
  await desk.pass(1);
  await desk.ok('POST', `/v1/requests/${requestId}/messages`, { text: 'Try again.' }, desk.ann.token);
  await desk.deliver();
  await desk.deliver();
  await desk.pass(2);
  expect(desk.jira.world.issues[0]?.comments.map(({ author }) => author.displayName)).toEqual(['Ann Agent']);
  // It is known as ours, and becomes no note.
  expect((await desk.messages(requestId ?? 0)).filter(({ kind }: any) => kind === 'note')).toEqual([]);
});

test('the admins are told 30, 7 and 1 days before an API token ends, once each', async () => {
  await desk.ok('POST', '/v1/connections', {
    kind: 'api_token',
    name: 'Jira',
    siteUrl: desk.siteUrl,
    email: desk.jira.bot.email,
    token: desk.jira.bot.apiToken,
    tokenEndsAt: new Date(desk.clock.now().getTime() + 40 * 24 * HOUR).toISOString(),
  });
  for (let day = 0; day < 40; day += 1) {
    desk.clock.advance(24 * HOUR);
    await tidyJira(desk.deps);
  }
  expect(await db`select kind from desk_mails`).toHaveLength(3);
});

test('a disconnected site is forgotten, credential and all', async () => {
  const { id } = await desk.connect();
  expect((await desk.call('DELETE', `/v1/connections/${id}`, { token: desk.ada.token })).status).toBe(204);
  expect(await db`select sealed, state from jira_grants`).toMatchObject([
    { sealed: null, state: 'disconnected' },
  ]);
  await desk.mail();
  await desk.pass(1);
  expect(desk.jira.world.issues).toEqual([]);
});

test('the webhooks of an app are registered, renewed daily, made again when they are gone, and taken off with the connection', async () => {
  const { id } = await connected();
  await desk.ok('PUT', `/v1/mailboxes/${desk.mailbox.id}/jira`, { ...MAPPING, connectionId: id });
  const { requestId } = await desk.mail();
  const { registered, waiting } = desk.jira.hooks;
  await desk.pass(6);
  expect(registered).toMatchObject([{ url: `https://desk.example.com/jira/hooks/${id}` }]);
  const days = () => ((registered[0]?.until ?? 0) - desk.clock.now().getTime()) / (24 * HOUR);
  for (let day = 0; day < 40; day += 1) {
    desk.clock.advance(24 * HOUR);
    await desk.work();
    expect(days()).toBeGreaterThan(28);
  }
  expect(registered).toHaveLength(1);

  const [issue] = desk.jira.world.issues;
  waiting.length = 0;
  personComment(desk.jira, issue!, desk.dana, 'At once.');
  desk.jira.hooks.tell('comment_created', issue!);
  const { headers, body } = waiting.splice(0)[0]!;
  const post = (authorization: string) =>
    desk.app.request(`/jira/hooks/${id}`, { method: 'POST', headers: { ...headers, authorization }, body });
  const now = desk.clock.now().getTime();
  for (const forged of [
    appToken(now, 'another secret'),
    appToken(now, SIMULATED_APP.secret, 'none'),
    appToken(now - HOUR, SIMULATED_APP.secret),
  ])
    await problemOf(await post(`Bearer ${forged}`), 401, 'bad_signature');
  expect((await post(headers['authorization'] ?? '')).status).toBe(204);
  await desk.work();
  expect((await desk.messages(requestId ?? 0)).at(-1).text).toContain('At once.');

  registered.length = 0;
  desk.clock.advance(24 * HOUR);
  await desk.work();
  expect(registered).toHaveLength(1);
  expect((await desk.call('DELETE', `/v1/connections/${id}`, { token: desk.ada.token })).status).toBe(204);
  expect(registered).toEqual([]);
  await problemOf(await post(headers['authorization'] ?? ''), 401, 'bad_signature');
});

test('the pages of the console show how the token stands, and a request its issue', async () => {
  const { id } = await connected();
  await desk.ok('PUT', `/v1/mailboxes/${desk.mailbox.id}/jira`, { ...MAPPING, connectionId: id });
  const { requestId } = await desk.mail();
  await desk.pass(1);
  const cookie = await session();
  const shown = async (path: string) => (await page('GET', path, cookie)).text();
  expect(await shown('/settings/jira')).toContain('connected');
  const token = await shown(`/settings/jira/${id}`);
  expect(token).toContain('Refresh the token now');
  expect(token).toContain('Development');
  expect(token).not.toContain(SIMULATED_APP.secret);
  expect(await shown(`/requests/${requestId}`)).toContain('DEV-1');
  personComment(desk.jira, desk.jira.world.issues[0]!, desk.dana, 'x');
  const untied = await page('POST', `/requests/${requestId}/jira`, cookie, { verb: 'untie', linkId: '1' });
  expect(untied.status).toBe(303);
  expect(await desk.links(requestId ?? 0)).toEqual([]);
});

test('a desk with several sites chooses where an issue is', async () => {
  const { id } = await desk.connect({ always: false });
  const other = await desk.connect(null, { token: `scoped-${desk.jira.bot.apiToken}` });
  const { requestId } = await desk.mail();
  const cookie = await session();
  const shown = await (await page('GET', `/requests/${requestId}`, cookie)).text();
  for (const connection of [id, other.id]) expect(shown).toContain(`<option value="${connection}"`);
  const make = { verb: 'make', issueKey: '' };
  expect(
    (await page('POST', `/requests/${requestId}/jira`, cookie, { ...make, connectionId: '' })).status,
  ).toBe(303);
  await desk.pass(1);
  const tie = { verb: 'tie', issueKey: 'DEV-1', connectionId: String(other.id) };
  expect((await page('POST', `/requests/${requestId}/jira`, cookie, tie)).status).toBe(303);
  expect((await desk.links(requestId ?? 0)).map((link: any) => link.connectionId)).toEqual([other.id, id]);
});

test('the check of a connection says what holds and what does not; reconcile makes what was missed', async () => {
  await desk.connect({ always: false });
  const { requestId } = await desk.mail();
  await desk.pass(1);
  expect(desk.jira.world.issues).toEqual([]);
  const checks = () => checkConnections(desk.deps, { kind: 'system' });
  expect((await checks()).every(({ ok }) => ok)).toBe(true);
  await db`update jira_mappings set always = true, since = ${new Date(0)}, project_key = 'NONE'`;
  expect((await checks()).filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
    `mailbox ${desk.mailbox.id}: new issues in NONE`,
  ]);
  await db`update jira_mappings set project_key = 'DEV'`;
  desk.clock.advance(3 * 24 * HOUR);
  await desk.work();
  expect(await reconcileJira(desk.deps, { days: 7 })).toMatchObject({ linked: 1, broken: 0, uncertain: 0 });
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked', key: 'DEV-1' }]);
});

test('a token that is refused waits for a person, and a new one goes on where the old one was', async () => {
  const { id } = await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  const [issue] = desk.jira.world.issues;
  const [stored] = await db`select creation from jira_issues`;
  expect(JSON.stringify(stored)).not.toContain('carla@customer.example');
  // The old one ends at Atlassian.
  const old = desk.jira.world.accounts.shift()!;
  await desk.mail({ subject: 'Re: The printer is on fire', text: 'Still.' });
  await desk.pass(2);
  expect(await desk.ok('GET', `/v1/connections/${id}`)).toMatchObject({ reconnectNeeded: true });
  expect(issue?.comments).toEqual([]);
  const fresh = { ...old, apiToken: 'ATATT-new' };
  desk.jira.world.accounts.push(fresh);
  const put = (token: string) =>
    desk.call('PUT', `/v1/connections/${id}/token`, { token: desk.ada.token, body: { token } });
  await problemOf(await put('wrong'), 400, 'invalid_input');
  expect(await (await put('ATATT-new')).json()).toMatchObject({ state: 'active', reconnectNeeded: false });
  await desk.pass(6);
  expect(issue?.comments).toHaveLength(1);
  expect(await desk.links(requestId ?? 0)).toMatchObject([{ state: 'linked', waitingChanges: 0 }]);
});

test('what was erased is erased here too', async () => {
  await desk.connect();
  const { requestId } = await desk.mail();
  await desk.pass(1);
  expect(
    (await desk.call('DELETE', `/v1/requests/${requestId}`, { token: desk.ada.token })).status,
  ).toBeLessThan(300);
  await tidyJira(desk.deps);
  expect(await db`select id from jira_issues union all select id from jira_links`).toHaveLength(0);
});
