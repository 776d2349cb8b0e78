import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/apps/cli/run-command-line.ts';
import type { Environment } from '../../src/apps/config.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { googleError } from '../../src/apps/demo/google/google-error.ts';
import { SIMULATED_CLIENT } from '../../src/apps/demo/google/google.ts';
import { type SimulatedGmail, startSimulatedGmail } from '../../src/apps/demo/gmail/simulated-gmail.ts';
import { bindHttp } from '../../src/platform/http/http-listener.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { awaitHeartbeat } from '../../src/intake/gmail/relay/await-heartbeat.ts';
import { findRelayMailbox } from '../../src/mailboxes/relay-secrets/find-relay-mailbox.ts';
import { type GoogleEndpoints, googleAt, SCOPES } from '../../src/intake/gmail/google/endpoints.ts';
import { rotateSecret } from '../../src/mailboxes/relay-secrets/rotate-secret.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { browse, simulatedGoogles } from '../support/google.ts';
import { DESK, mailOf, testMailbox } from '../support/intake.ts';

const { db, url: databaseUrl } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const startGoogle = simulatedGoogles();

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The desk on a socket, and the command line beside it. */
async function desk() {
  const listener = await bindHttp({ host: '127.0.0.1', port: 0 });
  closing.push(listener.close);
  const publicUrl = `http://127.0.0.1:${listener.port}`;
  const made = testApp(db, { parsePool, clock: systemClock, publicUrl });
  listener.serve(made.app.fetch);
  const mailbox = await testMailbox(made.deps);
  /** Runs a command; `hear` is told each line on standard error as it comes. */
  const command = async (
    endpoints: GoogleEndpoints,
    args: string[],
    hear: (line: string) => void = () => {},
    settings: Environment = {},
    openPage?: (url: string) => void,
  ) => {
    const said = { out: '', err: '' };
    const env = {
      DATABASE_URL: databaseUrl,
      APP_SECRET: 'test-secret-test-secret-test-secret',
      PUBLIC_URL: publicUrl,
      GOOGLE_CLIENT_ID: SIMULATED_CLIENT.id,
      GOOGLE_CLIENT_SECRET: SIMULATED_CLIENT.secret,
      ...settings,
    };
    const terminal = {
      out: (text: string) => void (said.out += text),
      err: (text: string) => {
        said.err += text;
        hear(text);
      },
      ...(openPage && { openPage }),
    };
    const status = await runCommandLine(args, env, terminal, systemClock, endpoints);
    return { status, ...said };
  };
  const install = (endpoints: GoogleEndpoints, ...args: string[]) =>
    command(endpoints, ['relay', 'install', '--no-wait', ...args], openPages);
  return { ...made, mailbox, command, install };
}

/** The owner at the browser: opens whatever page the command names. */
function openPages(line: string): void {
  const page = /^http:\S+\/auth\?\S+$/m.exec(line)?.[0];
  if (page !== undefined) void browse(page);
}

async function account(): Promise<{ gmail: SimulatedGmail; endpoints: GoogleEndpoints }> {
  const gmail = await startSimulatedGmail({
    address: DESK,
    scriptCode: 'function tick() {}',
    manifest: '{"oauthScopes":[]}',
  });
  closing.push(gmail.stop);
  return { gmail, endpoints: googleAt(await gmail.serve()) };
}

describe('from nothing to mail at the desk', () => {
  test('signs in, makes labels, filter and script, waits for setup, and the mail that arrives is filed', async () => {
    const { command } = await desk();
    const { gmail, endpoints } = await account();
    const done = await command(endpoints, ['relay', 'install'], (line) => {
      openPages(line);
      if (line.includes('One step is left')) void gmail.setup();
    });
    expect(done).toMatchObject({ status: 0, out: `The relay of ${DESK} is at work.\n` });
    expect(done.err).toContain('https://script.google.com/d/1simulated-script-1/edit');
    expect(done.err).toMatch(/^Google cannot reach http:/);
    const again = await command(endpoints, ['relay', 'install']);
    expect(again).toMatchObject({ status: 0, out: `The relay of ${DESK} is up to date.\n` });
    const { id } = await gmail.deliver(mailOf({ subject: 'first' }));
    expect(await gmail.labelsOf(id)).toContain('mailroom/queue');
    await gmail.tick();
    expect(await gmail.labelsOf(id)).toContain('mailroom/done');
    expect(await db`select subject from requests`).toEqual([{ subject: 'first' }]);
  });

  test('a rotated secret reaches the script by installing again; until then both hold, then the old one ends', async () => {
    const { install, deps, mailbox } = await desk();
    const { gmail, endpoints } = await account();
    await install(endpoints);
    await gmail.setup();
    const valid = async () => (await findRelayMailbox(deps, DESK))?.secrets.length;
    await rotateSecret(deps, { kind: 'system' }, { address: DESK });
    await gmail.deliver(mailOf({ subject: 'with the old secret' }));
    await gmail.tick();
    expect(await valid()).toBe(2);
    const again = await install(endpoints, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ script: 'updated', setupNeeded: false, filter: 'kept' });
    // It says at once that it has the new one.
    await gmail.tick();
    expect(await valid()).toBe(1);
    await gmail.deliver(mailOf({ subject: 'with the new secret', messageId: null }));
    await gmail.tick();
    expect(await db`select reason, outcome from intake order by id`).toMatchObject([
      { outcome: 'opened' },
      { outcome: 'appended' },
    ]);
    const events =
      await db`select type from events where mailbox_id = ${mailbox.id} and type like 'mailbox.secret%'`;
    expect(events).toEqual([{ type: 'mailbox.secret_rotated' }, { type: 'mailbox.secret_replaced' }]);
  });
});

describe('in the account', () => {
  test('the project holds exactly the two files, with the narrow scopes and the whitelist of an https server', async () => {
    const { command } = await desk();
    const { google, endpoints } = await startGoogle(systemClock);
    const settings = { PUBLIC_URL: 'https://desk.example.com' };
    const done = await command(endpoints, ['relay', 'install', '--no-wait'], openPages, settings);
    expect(done.out).toContain('Choose the function setup');
    const [project] = google.script.projects.values();
    expect(project?.title).toBe(`Mailroom relay of ${DESK}`);
    expect(project?.files.map(({ name, type }) => [name, type])).toEqual([
      ['appsscript', 'JSON'],
      ['Code', 'SERVER_JS'],
    ]);
    const manifest = JSON.parse(project?.files[0]?.source ?? '') as {
      oauthScopes: string[];
      urlFetchWhitelist: string[];
    };
    expect(manifest.urlFetchWhitelist).toEqual([
      'https://desk.example.com/',
      'https://gmail.googleapis.com/',
    ]);
    expect(manifest.oauthScopes.map((scope) => scope.split('/').at(-1))).toEqual([
      'gmail.modify',
      'script.external_request',
      'script.scriptapp',
    ]);
  });

  test('labels are made parent first, with one filter for mail that the account did not send', async () => {
    const { install } = await desk();
    const { google, account, endpoints } = await startGoogle(systemClock);
    for (const label of account.labels.list()) if (label.type === 'user') account.deleteLabel(label.id);
    const made: string[] = [];
    const create = account.labels.create.bind(account.labels);
    account.labels.create = (name) => {
      made.push(name ?? '');
      return create(name);
    };
    await install(endpoints);
    expect(made).toEqual(['mailroom', 'mailroom/queue', 'mailroom/done', 'mailroom/failed']);
    const queue = account.labels.byName('mailroom/queue')?.id;
    const arrivals = [
      mailOf(),
      mailOf({ from: DESK }),
      mailOf({ from: 'Google <noreply-apps-scripts-notifications@google.com>' }),
    ].map((raw) => account.deliver(Buffer.from(raw)));
    const queued = arrivals.map(({ id }) => account.find(id)?.labelIds.has(queue ?? ''));
    expect(queued).toEqual([true, false, false]);
    expect(google.script.projects.size).toBe(1);
  });

  test('installing again changes nothing; a changed filter is replaced, one of the owner left alone', async () => {
    const { install } = await desk();
    const { google, account, endpoints } = await startGoogle(systemClock);
    await install(endpoints);
    const result = async (...args: string[]) => {
      const { filter, script } = JSON.parse((await install(endpoints, '--json', ...args)).out) as Record<
        string,
        string
      >;
      return { filter, script };
    };
    expect(await result()).toEqual({ filter: 'kept', script: 'unchanged' });
    expect(await result('--never-spam')).toEqual({ filter: 'replaced', script: 'unchanged' });
    expect(account.filters).toMatchObject([{ action: { removeLabelIds: ['SPAM'] } }]);
    const queue = account.labels.byName('mailroom/queue')?.id ?? '';
    account.filters.splice(0);
    account.addFilter({ to: 'sales@example.com' }, { addLabelIds: [queue] });
    expect(await result()).toEqual({ filter: 'own', script: 'unchanged' });
    expect(account.filters).toHaveLength(1);
    expect(google.script.projects.size).toBe(1);
  });

  test('a project that is gone is made anew', async () => {
    const { install } = await desk();
    const { google, endpoints, faults } = await startGoogle(systemClock);
    await install(endpoints);
    google.script.projects.clear();
    const again = JSON.parse((await install(endpoints, '--json')).out) as Record<string, unknown>;
    expect(again).toMatchObject({ script: 'created', setupNeeded: true });
    expect(google.script.projects.size).toBe(1);
    // In the trash it is out of reach, which Google words otherwise.
    faults.answer = ({ method, url }) => {
      if (method !== 'GET' || !url.endsWith('/content')) return undefined;
      const { google: fault } = googleError(403, 'forbidden', 'The caller does not have permission');
      return { ...fault, headers: { 'Content-Type': 'application/json' } };
    };
    expect(JSON.parse((await install(endpoints, '--json')).out)).toMatchObject({ script: 'created' });
  });

  test('one interrupted between making the project and filling it makes no second one', async () => {
    const { install } = await desk();
    const { google, endpoints, faults } = await startGoogle(systemClock);
    faults.answer = ({ method }) =>
      method === 'PUT'
        ? { status: 400, headers: { 'Content-Type': 'application/json' }, body: '{}' }
        : undefined;
    expect((await install(endpoints)).status).toBe(1);
    faults.answer = undefined;
    expect((await install(endpoints)).status).toBe(0);
    expect(google.script.projects.size).toBe(1);
    expect([...google.script.projects.values()][0]?.files).toHaveLength(2);
  });
});

describe('signing in', () => {
  test('asks for four scopes, and stores the permission sealed', async () => {
    const { install } = await desk();
    let asked: readonly string[] = [];
    const { endpoints } = await startGoogle(systemClock, (scopes) => (asked = scopes));
    await install(endpoints);
    expect(asked).toEqual(SCOPES);
    const [row] = await db<{ sealed: string; account: string }[]>`select sealed, account from google_access`;
    expect(row?.account).toBe(DESK);
    expect(row?.sealed).toMatch(/^v1\.[\w-]+$/);
    expect(row?.sealed).not.toContain('1//');
  });

  test('happens once; again when Google no longer accepts the permission', async () => {
    const { install } = await desk();
    const { google, endpoints } = await startGoogle(systemClock);
    expect((await install(endpoints)).err).toContain('Open this page');
    const unheard = await install(endpoints);
    expect(unheard.err).not.toContain('Open this page');
    expect(unheard.out).toContain('Choose the function setup');
    google.oauth.withdraw();
    const again = await install(endpoints);
    expect(again).toMatchObject({ status: 0, err: expect.stringContaining('Open this page') });
  });

  test.each([
    ['a box that was not ticked', (scopes: readonly string[]) => scopes.slice(1), 'gmail.readonly'],
    ['a refusal', () => null, 'access_denied'],
  ])('%s is told and changes nothing', async (_, tick, told) => {
    const { install } = await desk();
    const { google, account, endpoints } = await startGoogle(systemClock, tick);
    const refused = await install(endpoints);
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining(told) });
    expect(google.script.projects.size + account.filters.length).toBe(0);
    expect(await db`select mailbox_id from google_access`).toHaveLength(0);
  });

  test('as somebody else is refused, the permission given back; --account allows it', async () => {
    const { install, deps } = await desk();
    const sales = await testMailbox(deps, 'sales@desk.example.com');
    const { google, endpoints } = await startGoogle(systemClock);
    const refused = await install(endpoints, '--mailbox', sales.address);
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining(`--account ${DESK}`) });
    expect(google.script.projects.size).toBe(0);
    expect((await install(endpoints, '--mailbox', sales.address, '--account', DESK)).status).toBe(0);
  });

  test('leaves no connection behind that the browser opened and asked nothing on', async () => {
    const { command } = await desk();
    const { endpoints } = await startGoogle(systemClock);
    let closed: Promise<unknown> | undefined;
    const done = await command(endpoints, ['relay', 'install', '--no-wait'], (line) => {
      const page = /^http:\S+\/auth\?\S+$/m.exec(line)?.[0];
      if (page === undefined) return;
      const back = new URL(new URL(page).searchParams.get('redirect_uri') ?? '');
      const socket = connect(Number(back.port), back.hostname, () => void browse(page));
      closed = once(socket, 'close');
    });
    expect(done.status).toBe(0);
    await closed;
    expect(closed).toBeDefined();
  });

  test('an answer without the state of this sign-in is none', async () => {
    const { command } = await desk();
    const { endpoints } = await startGoogle(systemClock);
    const strangers: Promise<number>[] = [];
    const done = await command(endpoints, ['relay', 'install', '--no-wait'], (line) => {
      const page = /^http:\S+\/auth\?\S+$/m.exec(line)?.[0];
      if (page === undefined) return;
      const back = new URL(page).searchParams.get('redirect_uri') ?? '';
      const forged = fetch(`${back}?code=4/stolen&state=guessed`).then(({ status }) => status);
      strangers.push(forged);
      void forged.then(() => browse(page));
    });
    expect(done.status).toBe(0);
    expect(await Promise.all(strangers)).toEqual([404]);
  });

  test('opens the browser where there is one, unless told not to', async () => {
    const { command } = await desk();
    const { endpoints } = await startGoogle(systemClock);
    const opened: string[] = [];
    const openPage = (page: string) => void opened.push(page);
    const args = ['relay', 'install', '--no-wait', '--sign-in'];
    const done = await command(endpoints, args, openPages, {}, openPage);
    expect(done).toMatchObject({ status: 0, err: expect.stringContaining(opened[0] ?? 'none') });
    await command(endpoints, [...args, '--no-browser'], openPages, {}, openPage);
    expect(opened).toHaveLength(1);
  });

  test('needs an OAuth client', async () => {
    const { deps } = await desk();
    const { endpoints } = await startGoogle(systemClock);
    const said: string[] = [];
    const env = { DATABASE_URL: databaseUrl, APP_SECRET: 'test-secret-test-secret-test-secret' };
    const terminal = {
      out: (text: string) => void said.push(text),
      err: (text: string) => void said.push(text),
    };
    const status = await runCommandLine(['relay', 'install'], env, terminal, deps.clock, endpoints);
    expect(status).toBe(2);
    expect(said.join('')).toContain('GOOGLE_CLIENT_ID');
  });
});

test('the Apps Script API switched off is told with the page that switches it on', async () => {
  const { install } = await desk();
  const { google, endpoints } = await startGoogle(systemClock);
  google.script.switchedOn = false;
  const refused = await install(endpoints);
  expect(refused).toMatchObject({
    status: 1,
    err: expect.stringContaining('https://script.google.com/home/usersettings'),
  });
});

test.each([
  [403, 'accessNotConfigured', 'Gmail API has not been used in project 1 before.', 'Enable the Gmail API'],
  [403, 'insufficientPermissions', 'Insufficient Permission', 'tick every box'],
  [401, 'authError', 'Invalid Credentials', '--sign-in'],
])('%i %s of Gmail is told with what to do', async (status, reason, message, advice) => {
  const { install } = await desk();
  const { endpoints, faults } = await startGoogle(systemClock);
  faults.answer = ({ url }) => {
    if (!url.includes('/labels')) return undefined;
    const { google } = googleError(status, reason, message);
    return { status, headers: { 'Content-Type': 'application/json' }, body: google.body };
  };
  const refused = await install(endpoints);
  expect(refused).toMatchObject({ status: 1, err: expect.stringContaining(advice) });
  expect(refused.err).toContain(message);
});

test('a wrong client secret is told as such', async () => {
  const { command } = await desk();
  const { endpoints } = await startGoogle(systemClock);
  const args = [
    'relay',
    'install',
    '--no-wait',
    '--client-id',
    SIMULATED_CLIENT.id,
    '--client-secret',
    'wrong',
  ];
  const refused = await command(endpoints, args, openPages);
  expect(refused).toMatchObject({
    status: 1,
    err: expect.stringContaining('Are client id and secret those'),
  });
});

test('waiting for the relay ends after its time, with a word each minute', async () => {
  const { deps, mailbox } = await desk();
  let now = Date.UTC(2026, 10, 22);
  // Each look at it takes twenty seconds.
  const clock = { now: () => new Date((now += 20_000)) };
  const minutes: number[] = [];
  const heard = await awaitHeartbeat(
    { ...deps, clock },
    {
      mailboxId: mailbox.id,
      since: clock.now(),
      withinMs: 180_000,
      everyMs: 1,
      onMinute: (minute) => minutes.push(minute),
    },
  );
  expect(heard).toBe(false);
  expect(minutes).toEqual([1, 2]);
});

test('disconnecting gives the permission back and keeps the script known', async () => {
  const { install, command } = await desk();
  const { google, endpoints } = await startGoogle(systemClock);
  await install(endpoints);
  const left = await command(endpoints, ['relay', 'disconnect', '--mailbox', DESK, '--json']);
  expect(JSON.parse(left.out)).toEqual({ mailbox: DESK, revoked: true });
  expect(await db`select sealed from google_access`).toEqual([{ sealed: null }]);
  expect((await command(endpoints, ['relay', 'disconnect', '--mailbox', DESK])).status).toBe(1);
  expect((await install(endpoints)).status).toBe(0);
  expect(google.script.projects.size).toBe(1);
});
