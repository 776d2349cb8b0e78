import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { delegatedScope, graphScope } from '../../src/intake/microsoft/graph/endpoints.ts';
import { microsoftConnect } from '../../src/apps/cli/microsoft/microsoft-connect.ts';
import { GOOGLE } from '../../src/intake/gmail/google/endpoints.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { checkConnection } from '../../src/intake/microsoft/access/check-connection.ts';
import { openMicrosoft } from '../../src/intake/microsoft/access/open-microsoft.ts';
import { openSignIn } from '../../src/intake/microsoft/delegated/begin-sign-in.ts';
import { endSignIn } from '../../src/intake/microsoft/delegated/finish-sign-in.ts';
import { pollSignIns } from '../../src/intake/microsoft/delegated/poll-sign-ins.ts';
import { lookAtDue } from '../../src/intake/microsoft/fetching/look-due.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../src/apps/demo/microsoft/tenant-identity.ts';
import { problemOf, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK } from '../support/intake.ts';
import { microsoftDesks, MINUTE, SYSTEM } from '../support/microsoft-desk.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const { desk, end } = microsoftDesks(db, parsePool);
afterEach(end);
afterAll(() => parsePool.close());

const SECOND = 1000;
const HOUR = 60 * MINUTE;
const APP = { tenantId: TENANT, clientId: CLIENT_ID };

type Shown = {
  kind: string | null;
  signInEndsAt: string | null;
  signIn: { way: string; userCode: string | null; verificationUrl: string; fault: string | null } | null;
};

/** A desk whose admin begins sign-ins through the interface. */
async function signingIn() {
  const made = await desk();
  const operator = await testOperator(made.deps, { role: 'admin' });
  const path = `/v1/mailboxes/${made.mailbox.id}/microsoft`;
  const call = async (method: string, at: string, body?: object): Promise<Shown> => {
    const answer = await made.call(method, at, {
      token: operator.token,
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Shown;
  };
  const begin = async (given: object = {}): Promise<string> => {
    const { signIn } = await call('POST', `${path}/sign-in`, { way: 'device', ...APP, ...given });
    return signIn?.userCode ?? '';
  };
  const shown = (): Promise<Shown> => call('GET', path);
  const poll = async (): Promise<void> => {
    made.clock.advance(6 * SECOND);
    await pollSignIns(made.deps);
  };
  const connect = async (): Promise<void> => {
    made.tenant.identity.enterCode(await begin());
    await poll();
  };
  return { ...made, operator, path, begin, shown, poll, connect, api: call };
}

const kept = async () => {
  const [row] = await db<{ sealed: string; ended: string | null }[]>`
    select sealed, ended from microsoft_grants`;
  return row;
};

describe('a sign-in by a code', () => {
  test('connects the mailbox once somebody has entered it, and is asked about until then', async () => {
    const { begin, shown, poll, tenant, look, arrive, deps, mailbox } = await signingIn();
    const code = await begin();
    expect(code).not.toBe('');
    await poll();
    expect(await shown()).toMatchObject({ kind: 'secret', signIn: { userCode: code, fault: null } });
    tenant.identity.enterCode(code);
    await poll();
    expect(await shown()).toMatchObject({ kind: 'delegated', signIn: null });
    tenant.state.reached = [];
    arrive();
    expect(await look()).toBe(1);
    expect(
      await checkConnection(deps, SYSTEM, { mailboxId: mailbox.id, foreign: 'boss@contoso.example' }),
    ).toMatchObject({ ok: true });
    const [event] = await db<{ new: object }[]>`
      select new from events where type = 'mailbox.microsoft_connected' order by id desc limit 1`;
    expect(event?.new).toMatchObject({ kind: 'delegated', clientId: CLIENT_ID });
  });

  test('is asked about no more often than Microsoft allows, by however many processes', async () => {
    const { begin, deps, clock, tenant } = await signingIn();
    await begin();
    const before = tenant.calls.length;
    await Promise.all([pollSignIns(deps), pollSignIns(deps)]);
    expect(tenant.calls).toHaveLength(before);
    clock.advance(6 * SECOND);
    await Promise.all([pollSignIns(deps), pollSignIns(deps)]);
    expect(tenant.calls).toHaveLength(before + 1);
  });

  test('of another account is refused, and the mailbox stays connected as it was', async () => {
    const { begin, shown, poll, tenant } = await signingIn();
    tenant.identity.enterCode(await begin(), 'boss@contoso.example');
    await poll();
    const { kind, signIn } = await shown();
    expect(kind).toBe('secret');
    expect(signIn?.fault).toContain(`cannot read ${DESK}`);
    expect(await kept()).toBeUndefined();
  });

  test('that the person declines, or lets run out, says so', async () => {
    const { begin, shown, poll, tenant, clock } = await signingIn();
    tenant.identity.declineCode(await begin());
    await poll();
    expect((await shown()).signIn?.fault).toContain('authorization_declined');
    await begin();
    clock.advance(16 * MINUTE);
    const before = tenant.calls.length;
    await poll();
    expect(tenant.calls).toHaveLength(before);
    expect((await shown()).signIn?.fault).toContain('in time');
  });

  test('outlives trouble of Microsoft’s own, at the sign-in and at Graph', async () => {
    const { begin, shown, poll, tenant } = await signingIn();
    tenant.identity.enterCode(await begin());
    tenant.identity.state.outages = 1;
    await poll();
    expect(await shown()).toMatchObject({ kind: 'secret', signIn: { fault: null } });
    // By now the code is used up: whether the mailbox can be read is seen when it is.
    tenant.state.fault = () => 'unavailable';
    await poll();
    expect(await shown()).toMatchObject({ kind: 'delegated', signIn: null });
  });

  test('is over when it is given up, or the mailbox is connected otherwise meanwhile', async () => {
    const { begin, shown, poll, tenant, api, path } = await signingIn();
    const code = await begin();
    expect(await api('DELETE', `${path}/sign-in`)).toMatchObject({ kind: 'secret', signIn: null });
    tenant.identity.enterCode(code);
    await poll();
    expect((await shown()).kind).toBe('secret');
    await begin();
    expect(await api('PUT', path, { ...APP, secret: CLIENT_SECRET })).toMatchObject({ signIn: null });
  });

  test('comes to nothing when whoever began it may connect mailboxes no longer', async () => {
    const { begin, shown, poll, tenant, operator } = await signingIn();
    tenant.identity.enterCode(await begin());
    await db`update operators set role = 'agent' where id = ${operator.id}`;
    await poll();
    await db`update operators set role = 'admin' where id = ${operator.id}`;
    expect(await shown()).toMatchObject({ kind: 'secret' });
    expect((await shown()).signIn?.fault).toContain('admin');
  });
});

describe('a sign-in in the browser', () => {
  async function atMicrosoft() {
    const made = await signingIn();
    const { operator, deps, mailbox, api, path } = made;
    await api('POST', `${path}/sign-in`, { way: 'browser', ...APP, secret: CLIENT_SECRET });
    const { actor } = operator;
    const go = async (session = 'session'): Promise<{ state: string; code: string }> => {
      const { url } = await openSignIn(deps, actor, { mailboxId: mailbox.id, session });
      const back = await fetch(url, { redirect: 'manual' });
      const query = new URL(back.headers.get('location') ?? '').searchParams;
      return { state: query.get('state') ?? '', code: query.get('code') ?? '' };
    };
    const bring = (answer: { state: string; code: string | null; session?: string; error?: string }) =>
      endSignIn(deps, actor, { session: 'session', error: null, ...answer });
    return { ...made, go, bring };
  }

  test('connects the mailbox with what the browser brings back, once', async () => {
    const { go, bring, shown, look, arrive, tenant } = await atMicrosoft();
    const answer = await go();
    await bring(answer);
    expect(await shown()).toMatchObject({ kind: 'delegated', signIn: null });
    tenant.state.reached = [];
    arrive();
    expect(await look()).toBe(1);
    await expect(bring(answer)).rejects.toThrow('matches no sign-in');
  });

  test.each([
    ['another session', { session: 'theirs' }],
    ['a state that nobody was given', { state: 'made up' }],
  ])('is refused from %s', async (_, given) => {
    const { go, bring, shown } = await atMicrosoft();
    await expect(bring({ ...(await go()), ...given })).rejects.toThrow('matches no sign-in');
    expect(await shown()).toMatchObject({ kind: 'secret', signIn: { way: 'browser' } });
  });

  test('is refused after a quarter of an hour', async () => {
    const { go, bring, clock } = await atMicrosoft();
    const answer = await go();
    clock.advance(16 * MINUTE);
    await expect(bring(answer)).rejects.toThrow('matches no sign-in');
  });

  test('can be brought back again after trouble of Microsoft’s own', async () => {
    const { go, bring, shown, tenant } = await atMicrosoft();
    const answer = await go();
    tenant.identity.state.outages = 1;
    await expect(bring(answer)).rejects.toThrow('Reload this page');
    expect(await shown()).toMatchObject({ kind: 'secret', signIn: { way: 'browser', fault: null } });
    await bring(answer);
    expect(await shown()).toMatchObject({ kind: 'delegated', signIn: null });
  });

  test('says why it came to nothing', async () => {
    const { go, bring, shown } = await atMicrosoft();
    const { state } = await go();
    await expect(bring({ state, code: null, error: 'access_denied' })).rejects.toThrow('access_denied');
    expect((await shown()).signIn?.fault).toContain('access_denied');
    await expect(bring({ ...(await go()), code: 'forged' })).rejects.toThrow('invalid_grant');
  });
});

describe('the tokens of a person', () => {
  test('are exchanged before they end, each new refresh token in place of the old', async () => {
    const { connect, look, clock, tenant, shown } = await signingIn();
    await connect();
    const first = await kept();
    const { signInEndsAt } = await shown();
    await look();
    clock.advance(HOUR);
    await look();
    expect(tenant.identity.state.refreshes).toBe(1);
    expect((await kept())?.sealed).not.toBe(first?.sealed);
    expect(Date.parse((await shown()).signInEndsAt ?? '')).toBeGreaterThan(Date.parse(signInEndsAt ?? ''));
  });

  test('are exchanged once for however many processes', async () => {
    const { connect, deps, clock, tenant, mailbox } = await signingIn();
    await connect();
    clock.advance(HOUR);
    const graphs = await Promise.all(
      Array.from({ length: 4 }, () => openMicrosoft(deps, tenant.endpoints).open(mailbox.id)),
    );
    const read = async (): Promise<void> => {
      const calls = graphs.flatMap((graph) =>
        graph === null ? [] : [graph.call({ path: '/mailFolders/inbox' }, (r) => r.text())],
      );
      expect(await Promise.all(calls)).toHaveLength(4);
    };
    await read();
    expect(tenant.identity.state.refreshes).toBe(1);
    tenant.endTokens();
    await read();
    expect(tenant.identity.state.refreshes).toBe(2);
  });

  test('that Microsoft takes no longer are not asked with again: the admins are told, and somebody signs in anew', async () => {
    const { connect, look, clock, tenant, arrive, shown, api, path } = await signingIn();
    await connect();
    await look();
    tenant.identity.state.refreshFault = 'AADSTS50173: The password was changed.';
    clock.advance(HOUR);
    arrive();
    await look();
    const before = tenant.calls.length;
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(tenant.calls).toHaveLength(before);
    const mails = await db<{ kind: string; text: string }[]>`select kind, text from desk_mails`;
    expect(mails.map(({ kind }) => kind)).toEqual(['microsoft_access_lost']);
    expect(mails[0]?.text).toContain('AADSTS50173: The password was changed.');
    expect(await api('GET', path)).toMatchObject({ refusal: expect.stringContaining('AADSTS50173') });
    tenant.identity.state.refreshFault = null;
    await connect();
    expect(await shown()).toMatchObject({ refusal: null, signIn: null });
    expect(await look()).toBe(1);
  });

  test('are gone with the connection', async () => {
    const { connect, api, path } = await signingIn();
    await connect();
    await api('DELETE', path);
    expect(await kept()).toBeUndefined();
  });
});

test('the interface names what is wrong with an app, and shows neither code nor token', async () => {
  const { api, path, call, operator, begin, connect, deps } = await signingIn();
  const { token } = operator;
  const at = `${path}/sign-in`;
  for (const [given, pointer] of [
    [{ clientId: 'nothing' }, '/clientId'],
    [{ tenantId: 'a tenant' }, '/tenantId'],
    [{ way: 'letter' }, '/way'],
  ] as const) {
    const body = { way: 'device', ...APP, ...given };
    const problem = await problemOf(await call('POST', at, { token, body }), 400, 'invalid_input');
    expect(JSON.stringify(problem)).toContain(pointer);
  }
  const common = { ...APP, tenantId: 'consumers', secret: 's' };
  await problemOf(await call('PUT', path, { token, body: common }), 400, 'invalid_input');
  const { token: agent } = await testOperator(deps, { role: 'lead', name: 'Leo' });
  await problemOf(
    await call('POST', at, { token: agent, body: { way: 'device', ...APP } }),
    403,
    'forbidden',
  );
  await begin();
  const text = JSON.stringify(await api('GET', path));
  await connect();
  const sealed = `${(await kept())?.sealed}`;
  expect(text + JSON.stringify(await api('GET', path))).not.toContain('deviceCode');
  expect(sealed).not.toContain('accessToken');
  expect(await db`select sealed from microsoft_sign_ins`).toHaveLength(0);
});

test('processes that come late find a mailbox read in a person’s name as another left it', async () => {
  const { connect, deps, tenant, arrive, clock } = await signingIn();
  await connect();
  arrive();
  clock.advance(10 * MINUTE);
  expect(await lookAtDue({ ...deps, microsoft: openMicrosoft(deps, tenant.endpoints) })).toBe(1);
});

describe('the page', () => {
  async function atThePage() {
    const made = await signingIn();
    const { app, deps, clock, mailbox, operator } = made;
    const { session } = await db.begin((tx) => openSession(tx, operator.id, clock.now()));
    const at = `/settings/mailboxes/${mailbox.id}/microsoft`;
    const visit = async (path: string, form?: Record<string, string>): Promise<Response> => {
      const headers = { cookie: `__Host-mailroom=${session}`, origin: deps.publicUrl };
      const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
      return app.request(path, { headers, ...body });
    };
    return { ...made, visit, at };
  }

  test('shows the code and where to enter it, and that it waits', async () => {
    const { visit, at, tenant, poll } = await atThePage();
    expect((await visit(at, { verb: 'connect', way: 'device', ...APP })).status).toBe(303);
    const shown = await (await visit(at)).text();
    const [, code = ''] = /class="sign-in-code" dir="ltr">([^<]+)</.exec(shown) ?? [];
    expect(shown).toContain(`href="${tenant.endpoints.loginUrl}/device"`);
    expect(shown).toContain('data-heard="no"');
    tenant.identity.enterCode(code);
    await poll();
    const after = await (await visit(at)).text();
    expect(after).not.toContain('data-heard="no"');
    expect(after).toContain('Sign-in lasts, unused, until');
    expect(after).not.toContain('New-ManagementScope');
  });

  test('leads to Microsoft and takes back what the browser brings', async () => {
    const { visit, at, shown } = await atThePage();
    const app = { ...APP, secret: CLIENT_SECRET };
    await visit(at, { verb: 'connect', way: 'browser', ...app });
    expect(await (await visit(at)).text()).toContain('/settings/microsoft/callback');
    const out = await visit(at, { verb: 'authorize' });
    const url = (out.headers.get('refresh') ?? '').replace('0; url=', '');
    const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
    const led = await visit(`${back.pathname}${back.search}`);
    expect(led.headers.get('location')).toBe(at);
    expect(await shown()).toMatchObject({ kind: 'delegated' });
  });

  test('says what is wrong with a sign-in, and gives it up', async () => {
    const { visit, at, tenant, poll, begin, shown } = await atThePage();
    tenant.identity.declineCode(await begin());
    await poll();
    expect(await (await visit(at)).text()).toContain('authorization_declined');
    await visit(at, { verb: 'cancel' });
    expect((await shown()).signIn).toBeNull();
  });
});

test('the command tells the code, waits until it is entered, and connects', async () => {
  const { deps, tenant, shown } = await signingIn();
  const told: string[] = [];
  const desk = {
    ...deps,
    clock: systemClock,
    google: GOOGLE,
    googleClient: null,
    openPage: null,
    tell(line: string) {
      told.push(line);
      tenant.identity.enterCode(/enter (\S+) /.exec(line)?.[1] ?? '');
    },
  };
  const values = { mailbox: DESK, tenant: TENANT, 'client-id': CLIENT_ID, junk: false, 'by-smtp': false };
  const printed = await microsoftConnect.run(desk, { ...values, browser: true });
  expect(printed.text).toContain(`${deps.publicUrl}/settings/microsoft/callback`);
  expect(await shown()).toMatchObject({ kind: 'secret', signIn: { way: 'browser' } });
  const waiting = microsoftConnect.run(desk, { ...values, device: true });
  await vi.waitFor(async () => {
    await db`update microsoft_sign_ins set next_poll_at = ${systemClock.now()}`;
    expect(told).toHaveLength(1);
  });
  expect((await waiting).json).toEqual({ mailbox: DESK, kind: 'delegated' });
  expect(await shown()).toMatchObject({ kind: 'delegated' });
});

test.each([
  ['https://graph.microsoft.com', 'https://graph.microsoft.com'],
  ['https://graph.microsoft.us', 'https://graph.microsoft.us'],
  ['http://127.0.0.1:8080/tenant', 'https://graph.microsoft.com'],
])('a token for Graph at %s is for %s', (graphUrl, resource) => {
  expect(graphScope({ graphUrl })).toBe(`${resource}/.default`);
  expect(delegatedScope({ graphUrl })).toBe(
    `offline_access ${resource}/Mail.ReadWrite ${resource}/Mail.Send`,
  );
});
