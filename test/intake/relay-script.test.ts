import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { emitRelayScript } from '../../src/intake/gmail/relay/relay-script.ts';
import { address, mail, relayWorld, secret, url } from '../support/relay-world.ts';

const auth = 'https://www.googleapis.com/auth/';

describe('the emitted script', () => {
  test('is ASCII, loads in a bare context and declares exactly four functions', async () => {
    const { code } = await emitRelayScript({ url, secret });
    expect(code).toMatch(/^[\n\x20-\x7e]*$/);
    expect([...code.matchAll(/^function (\w+)/gm)].map((match) => match[1])).toEqual([
      'setup',
      'tick',
      'status',
      'uninstall',
    ]);
    const context = vm.createContext({});
    vm.runInContext(code, context);
    expect(Object.keys(context).sort()).toEqual(['Relay', 'setup', 'status', 'tick', 'uninstall']);
  });

  test('holds the address and secret at its top, and its manifest admits that server and Gmail alone', async () => {
    const { code, manifest } = await emitRelayScript({ url, secret });
    expect(code).toContain(`const RELAY_URL = '${url}';`);
    expect(code).toContain(`const RELAY_SECRET = '${secret}';`);
    expect(JSON.parse(manifest)).toMatchObject({
      urlFetchWhitelist: ['https://desk.example.com/', 'https://gmail.googleapis.com/'],
    });
  });

  test('is left to be configured by properties when nothing is given', async () => {
    const { code, manifest } = await emitRelayScript();
    expect(code).toContain(`const RELAY_URL = '';`);
    expect(JSON.parse(manifest)).not.toHaveProperty('urlFetchWhitelist');
  });

  test('for a server on this machine has no whitelist, which allows https alone', async () => {
    const { manifest } = await emitRelayScript({ url: `http://localhost:3000/v1/relay/${address}`, secret });
    expect(JSON.parse(manifest)).not.toHaveProperty('urlFetchWhitelist');
  });

  test('keeps a value with a quote in it whole, and refuses one that is not printable ASCII', async () => {
    const odd = `https://desk.example.com/v1/relay/o'brien@example.com`;
    const { code } = await emitRelayScript({ url: odd });
    const context = vm.createContext({});
    vm.runInContext(code, context);
    expect(vm.runInContext('RELAY_URL', context)).toBe(odd);
    await expect(emitRelayScript({ url: 'https://desk.example.com/v1/relay/\u00fc@x' })).rejects.toThrow(
      'ASCII',
    );
  });

  test('needs each scope of its manifest and no other', async () => {
    const { manifest } = await emitRelayScript();
    const scopes = (JSON.parse(manifest) as { oauthScopes: string[] }).oauthScopes;
    expect(scopes).toEqual([
      `${auth}gmail.modify`,
      `${auth}script.external_request`,
      `${auth}script.scriptapp`,
    ]);
    const all = await relayWorld({ granted: scopes });
    expect(all.run('setup')).toEqual({ end: 'done' });
    for (const missing of scopes) {
      const world = await relayWorld({ granted: scopes.filter((scope) => scope !== missing) });
      expect(world.run('setup')).toMatchObject({ end: 'threw' });
      expect(world.apps.project.triggers).toEqual([]);
    }
  });
});

describe('setup', () => {
  test('makes the labels with the parent first, one trigger, and says that the filter is missing', async () => {
    const world = await relayWorld();
    expect(world.run('setup')).toEqual({ end: 'done' });
    const names = world.account.labels.list().map((label) => label.name);
    expect(names.slice(-4)).toEqual(['mailroom', 'mailroom/queue', 'mailroom/done', 'mailroom/failed']);
    expect(world.apps.project.triggers).toEqual([{ handler: 'tick', everyMinutes: 1 }]);
    expect(world.apps.log.at(-1)).toMatchObject({
      level: 'warn',
      text: expect.stringContaining('Import filters'),
    });
    expect(world.server.posts).toHaveLength(1);
    expect(world.server.breaches).toEqual([]);
  });

  test('run again replaces its trigger, keeps the time of installation and finds the filter', async () => {
    const world = await relayWorld();
    world.setup();
    const installed = world.apps.project.properties.get('RELAY_INSTALLED_AT');
    world.advance(3_600_000);
    expect(world.run('setup')).toEqual({ end: 'done' });
    expect(world.apps.project.triggers).toHaveLength(1);
    expect(world.apps.project.properties.get('RELAY_INSTALLED_AT')).toBe(installed);
    expect(world.apps.log.at(-1)?.text).toContain('Filter: in place');
  });

  test('stops with advice when the server does not know the secret', async () => {
    const world = await relayWorld();
    world.server.answer = () => ({ status: 401, headers: {}, body: '{"title":"bad signature"}' });
    expect(world.run('setup')).toMatchObject({
      end: 'threw',
      message: expect.stringContaining('RELAY_SECRET'),
    });
    expect(world.apps.project.triggers).toEqual([]);
  });

  test('goes on when the server is merely down', async () => {
    const world = await relayWorld();
    world.server.hang = () => {
      throw new Error('Address unavailable');
    };
    expect(world.run('setup')).toEqual({ end: 'done' });
    expect(world.apps.project.triggers).toHaveLength(1);
  });

  test('is done although the filters cannot be looked at', async () => {
    const world = await relayWorld();
    world.faults.gmail = ({ url }) =>
      url.endsWith('settings/filters') ? { status: 404, headers: {}, body: 'Not Found' } : undefined;
    expect(world.run('setup')).toEqual({ end: 'done' });
    expect(world.apps.log.at(-1)?.text).toContain('the filter could not be looked at');
  });

  test('says how to switch the Gmail API on', async () => {
    const world = await relayWorld();
    world.faults.gmail = () => ({
      status: 403,
      headers: {},
      body: '{"error":{"code":403,"message":"disabled","errors":[{"reason":"accessNotConfigured"}]}}',
    });
    expect(world.run('setup')).toMatchObject({
      message: expect.stringContaining('Services + > Gmail API > Add'),
    });
  });
});

describe('a run', () => {
  test('hands a labelled mail over raw and signed, and moves its label', async () => {
    const world = await relayWorld();
    world.setup();
    const raw = mail({ subject: 'Where is my order?' });
    const { id, threadId } = world.account.deliver(raw);
    world.minutes(1);
    const post = world.server.posts.at(-1);
    expect(post?.relay).toMatchObject({ version: '1.0.0', account: address, pending: 1, failed: 0 });
    expect(post?.messages).toEqual([
      {
        id,
        threadId,
        internalDate: world.account.find(id)?.internalDate,
        labelIds: ['INBOX', 'UNREAD', world.account.labels.byName('mailroom/queue')?.id],
        sizeEstimate: raw.length,
        raw: raw.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
      },
    ]);
    expect(world.labelNames(id)).toEqual(['mailroom/done']);
    expect(world.server.breaches).toEqual([]);
  });

  test('with nothing to do reads the properties and lists once', async () => {
    const world = await relayWorld();
    world.setup();
    world.minutes(3);
    const calls: string[] = [];
    world.run('tick', { before: (call) => void calls.push(call.name) });
    expect(calls).toEqual(['Properties.getProperties', 'UrlFetchApp.fetch']);
  });

  test('sends the oldest mail first and at most twenty in a batch', async () => {
    const world = await relayWorld();
    world.setup();
    const ids = Array.from({ length: 45 }, () => {
      world.advance(1000);
      return world.account.deliver(mail()).id;
    });
    world.minutes(1);
    const batches = world.server.posts.filter((post) => post.messages.length > 0);
    expect(batches.map((post) => post.messages.length)).toEqual([20, 20, 5]);
    expect(batches.flatMap((post) => post.messages.map((message) => message.id))).toEqual(ids);
  });

  test('keeps a batch below six megabytes, signing large bodies as well as small ones', async () => {
    const world = await relayWorld();
    world.setup();
    for (let i = 0; i < 5; i += 1) world.account.deliver(mail({ text: 'x'.repeat(2_500_000) }));
    world.minutes(2);
    expect(
      world.server.posts.filter((post) => post.messages.length > 0).map((post) => post.messages.length),
    ).toEqual([2, 2, 1]);
    expect(world.server.breaches).toEqual([]);
  });

  test('hands over only the headers of a mail above 30 MiB', async () => {
    const world = await relayWorld();
    world.setup();
    const { id } = world.account.deliver(mail({ subject: 'Heavy', text: 'x'.repeat(31 * 1024 * 1024) }));
    world.minutes(1);
    const message = world.server.stored.get(id);
    expect(message).toMatchObject({ raw: null, oversize: true });
    expect(message?.headers).toContainEqual(['Subject', 'Heavy']);
    expect(world.labelNames(id)).toEqual(['mailroom/done']);
  });

  test('leaves spam, trash and drafts with their queue label until they come out', async () => {
    const world = await relayWorld();
    world.setup();
    const spam = world.account.deliver(mail(), { labels: ['SPAM', 'mailroom/queue'] }).id;
    const draft = world.account.deliver(mail(), { labels: ['DRAFT', 'mailroom/queue'] }).id;
    world.minutes(3);
    expect(world.server.stored.size).toBe(0);
    const found = world.account.find(spam);
    if (found) world.account.change(found, ['INBOX'], ['SPAM']);
    world.minutes(2);
    expect([...world.server.stored.keys()]).toEqual([spam]);
    expect(world.labelNames(draft)).toEqual(['mailroom/queue']);
  });

  test('passes over mail that is deleted or taken out of the queue in the meantime', async () => {
    const world = await relayWorld();
    world.setup();
    const [gone, taken, kept] = [1, 2, 3].map(() => world.account.deliver(mail()).id);
    const queue = world.account.labels.byName('mailroom/queue')?.id ?? '';
    world.minutes(1, () => ({
      before: (call) => {
        if (call.name !== 'UrlFetchApp.fetch' || !call.url?.includes('format=raw')) return;
        world.account.deleteMessage(gone ?? '');
        const message = world.account.find(taken ?? '');
        if (message) world.account.change(message, [], [queue]);
      },
    }));
    expect([...world.server.stored.keys()]).toEqual([kept]);
    expect(world.labelNames(taken ?? '')).toEqual([]);
    expect(world.savedState()).toMatchObject({ lastFault: '' });
  });

  test('does nothing while another run holds the lock', async () => {
    const world = await relayWorld();
    world.setup();
    world.account.deliver(mail());
    world.apps.project.lockedElsewhere = true;
    world.minutes(2);
    expect(world.server.stored.size).toBe(0);
    world.apps.project.lockedElsewhere = false;
    world.minutes(1);
    expect(world.server.stored.size).toBe(1);
  });

  test('finds its labels and account again when its state is damaged', async () => {
    const world = await relayWorld();
    world.setup();
    world.apps.project.properties.set('RELAY_STATE', '{"v":1,"labels":');
    world.account.deliver(mail());
    world.minutes(1);
    expect(world.server.stored.size).toBe(1);
    expect(world.server.posts.at(-1)?.relay.account).toBe(address);
  });

  test('sends a heartbeat every ten minutes while no mail comes', async () => {
    const world = await relayWorld();
    world.setup();
    world.minutes(120);
    expect(world.server.heartbeats().length).toBeGreaterThanOrEqual(12);
    expect(world.server.heartbeats().length).toBeLessThanOrEqual(14);
  });
});

describe('the sweep of the inbox', () => {
  async function swept() {
    const world = await relayWorld();
    const before = world.account.deliver(mail({ subject: 'from before' })).id;
    world.advance(60_000);
    world.run('setup');
    return { world, before };
  }

  test('queues what no filter labelled, but neither spam, nor sent mail, nor mail from before', async () => {
    const { world, before } = await swept();
    const missed = world.account.deliver(mail()).id;
    const toSelf = world.account.send(mail({ from: address })).id;
    const others = [
      world.account.deliver(mail(), { labels: ['SPAM'] }).id,
      world.account.deliver(mail(), { labels: ['INBOX', 'TRASH'] }).id,
      world.account.deliver(mail(), { labels: ['SENT'] }).id,
      world.account.deliver(mail(), { internalDate: 0 }).id,
      world.account.deliver(mail({ from: 'noreply-apps-scripts-notifications@google.com' })).id,
    ];
    world.minutes(10);
    expect([...world.server.stored.keys()].sort()).toEqual([missed, toSelf].sort());
    for (const id of [before, ...others]) expect(world.labelNames(id)).toEqual([]);
  });

  test('believes the labels and dates of the mails, not the search index', async () => {
    const { world, before } = await swept();
    const done = world.account.deliver(mail(), { labels: ['INBOX', 'mailroom/done'] }).id;
    const missed = world.account.deliver(mail()).id;
    world.faults.gmail = (request) =>
      request.url.includes('labelIds=INBOX')
        ? {
            status: 200,
            headers: {},
            body: JSON.stringify({ messages: [before, done, missed].map((id) => ({ id })) }),
          }
        : undefined;
    world.minutes(10);
    expect([...world.server.stored.keys()]).toEqual([missed]);
    expect(world.labelNames(before)).toEqual([]);
    // What the index goes on finding is not looked at anew each time.
    world.asked.length = 0;
    world.minutes(60);
    expect(world.asked.filter(({ url }) => url.includes(`${before}?format=minimal`)).length).toBeLessThan(4);
  });

  test('does not happen without the time of installation', async () => {
    const { world } = await swept();
    world.apps.project.properties.delete('RELAY_INSTALLED_AT');
    world.account.deliver(mail());
    world.minutes(15);
    expect(world.server.stored.size).toBe(0);
  });
});

test('status tells the state in words and uninstall takes trigger and state away, nothing else', async () => {
  const world = await relayWorld();
  world.setup();
  const { id } = world.account.deliver(mail());
  world.minutes(1);
  world.run('status');
  expect(world.apps.log.map((line) => line.text)).toEqual(
    expect.arrayContaining([
      `Mailroom relay 1.0.0 for ${address}`,
      'Trigger: every minute',
      'Waiting: 0 mail(s)',
    ]),
  );
  expect(world.apps.log.map((line) => line.text).join('\n')).not.toContain(secret);
  expect(world.run('uninstall')).toEqual({ end: 'done' });
  expect(world.apps.project.triggers).toEqual([]);
  expect([...world.apps.project.properties.keys()].sort()).toEqual(['RELAY_SECRET', 'RELAY_URL']);
  expect(world.labelNames(id)).toEqual(['mailroom/done']);
});
