import { gmail } from 'googleapis/build/src/apis/gmail/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { createGmailAccount } from '../../src/apps/demo/gmail/account.ts';
import { createGmailRest } from '../../src/apps/demo/google/rest.ts';
import { serveGmail } from '../../src/apps/demo/google/http-face.ts';
import { startSimulatedGmail } from '../../src/apps/demo/gmail/simulated-gmail.ts';
import { emitRelayScript } from '../../src/intake/gmail/relay/relay-script.ts';
import { amount } from '../support/amount.ts';
import { listenAsRelayServer } from '../support/relay-http.ts';
import { address, mail, secret } from '../support/relay-world.ts';

/** Over a batch's six in every run, as large as it takes any in the proof. */
const LARGE_MB = amount(10, 30);
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('an account in a thread of its own', () => {
  async function start(onFault?: (error: Error) => void) {
    const { server, port, silence, close } = await listenAsRelayServer({
      secret,
      now: () => systemClock.now().getTime(),
    });
    closing.push(close);
    const script = await emitRelayScript({ url: `http://127.0.0.1:${port}/v1/relay/${address}`, secret });
    const log: string[] = [];
    const account = await startSimulatedGmail({
      address,
      scriptCode: script.code,
      manifest: script.manifest,
      onLog: (line) => void log.push(line.text),
      ...(onFault && { onFault }),
    });
    closing.push(account.stop);
    await account.setup();
    await account.addFilter({ negatedQuery: 'from:me' }, 'mailroom/queue');
    return { server, account, log, silence, close };
  }

  test('hands its mail to a server in this very thread', async () => {
    const { server, account, log } = await start();
    const { id, threadId } = await account.deliver(mail());
    expect(await account.labelsOf(id)).toEqual(['INBOX', 'UNREAD', 'mailroom/queue']);
    await account.tick();
    expect(server.stored.get(id)).toMatchObject({ id, threadId });
    expect(await account.labelsOf(id)).toEqual(['INBOX', 'UNREAD', 'mailroom/done']);
    expect(log).toContain('Trigger: tick runs every minute.');
    expect(server.breaches).toEqual([]);
  });

  test(`carries a mail of ${LARGE_MB} MB over`, async () => {
    const { server, account } = await start();
    const { id } = await account.deliver(mail({ text: 'x'.repeat(LARGE_MB * 1_000_000) }));
    await account.tick();
    // In base64.
    expect(server.stored.get(id)?.raw?.length).toBeGreaterThan((LARGE_MB * 1_000_000 * 4) / 3);
  });

  test('runs by itself and tells what its runs throw', async () => {
    let tell: (error: Error) => void = () => undefined;
    const fault = new Promise<Error>((resolve) => {
      tell = resolve;
    });
    const { server, account } = await start(tell);
    server.answer = () => ({ status: 404, headers: {}, body: '' });
    await account.deliver(mail());
    account.runEvery(1);
    expect((await fault).message).toContain('RELAY_URL');
  });

  test('keeps the mail while the server is gone', async () => {
    const { account, close } = await start();
    await close();
    const { id } = await account.deliver(mail());
    await account.tick();
    expect(await account.labelsOf(id)).toContain('mailroom/queue');
  });

  test('stops while its script waits for an answer', async () => {
    const { account, silence } = await start();
    const waiting = new Promise<void>((resolve) => {
      silence.begun = resolve;
    });
    await account.deliver(mail());
    const end = account.tick().catch((error: Error) => error.message);
    await waiting;
    await account.stop();
    expect(await end).toContain('has been stopped');
  });
});

describe('the simulated Gmail API', () => {
  async function serve(scopes: readonly string[] = ['gmail.modify', 'gmail.settings.basic']) {
    let now = Date.UTC(2026, 10, 22);
    const clock = { now: () => new Date(now) };
    const account = createGmailAccount({ address, clock });
    const face = await serveGmail(
      createGmailRest({ account, clock, scopesOf: (token) => (token === 'good' ? scopes : undefined) }),
    );
    closing.push(face.close);
    const client = (token: string) =>
      gmail({ version: 'v1', rootUrl: face.url, headers: { authorization: `Bearer ${token}` }, retry: false })
        .users;
    return { account, users: client('good'), stranger: client('bad'), advance: (ms: number) => (now += ms) };
  }

  test('lists newest first, by all labels at once, in pages, without spam and trash', async () => {
    const { account, users } = await serve();
    const label = account.labels.create('a');
    const ids = Array.from({ length: 5 }, () => account.deliver(mail(), { labels: ['INBOX', 'a'] }).id);
    account.deliver(mail());
    account.deliver(mail(), { labels: ['SPAM', 'INBOX', 'a'] });
    const labelIds = ['INBOX', label.id];
    const first = await users.messages.list({ userId: 'me', labelIds, maxResults: 3 });
    expect(first.data.messages?.map((message) => message.id)).toEqual([ids[4], ids[3], ids[2]]);
    const pageToken = first.data.nextPageToken ?? '';
    const second = await users.messages.list({ userId: 'me', labelIds, maxResults: 3, pageToken });
    expect(second.data.messages?.map((message) => message.id)).toEqual([ids[1], ids[0]]);
    expect(second.data.nextPageToken).toBeUndefined();
    await expect(users.messages.list({ userId: 'me', pageToken: 'x' })).rejects.toThrow('Invalid pageToken');
  });

  test('gives a mail minimal, by headers and raw, and leaves labelIds out when there are none', async () => {
    const { account, users } = await serve();
    const raw = mail({ subject: 'Hello' });
    const { id } = account.deliver(raw, { labels: [] });
    const minimal = await users.messages.get({ userId: 'me', id, format: 'minimal' });
    expect(minimal.data).not.toHaveProperty('labelIds');
    expect(minimal.data.internalDate).toBe(String(Date.UTC(2026, 10, 22)));
    const metadata = await users.messages.get({
      userId: 'me',
      id,
      format: 'metadata',
      metadataHeaders: ['Subject'],
    });
    expect(metadata.data.payload?.headers).toEqual([{ name: 'Subject', value: 'Hello' }]);
    const whole = await users.messages.get({ userId: 'me', id, format: 'raw' });
    expect(Buffer.from(whole.data.raw ?? '', 'base64url')).toEqual(raw);
    await expect(users.messages.get({ userId: 'me', id: 'none', format: 'raw' })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('changes the labels of single mails, passes unknown ids over, and refuses in words what it cannot', async () => {
    const { account, users } = await serve();
    const first = account.deliver(mail({ subject: 'A', headers: 'References: <x@y>' }));
    const label = account.labels.create('done');
    const change = { ids: [first.id, 'unknown'], addLabelIds: [label.id], removeLabelIds: ['INBOX'] };
    const answer = await users.messages.batchModify({ userId: 'me', requestBody: change });
    expect(answer.status).toBe(204);
    expect([...(account.find(first.id)?.labelIds ?? [])]).toEqual(['UNREAD', label.id]);
    const modify = (addLabelIds: string[]) =>
      users.messages.modify({ userId: 'me', id: first.id, requestBody: { addLabelIds } });
    await expect(modify(['Label_999'])).rejects.toThrow('labelId not found');
    await expect(modify(['done'])).rejects.toThrow('Invalid label: done');
    await expect(modify(['SENT'])).rejects.toThrow('Invalid label: SENT');
    const many = { ids: Array.from({ length: 1001 }, () => first.id), addLabelIds: [label.id] };
    await expect(users.messages.batchModify({ userId: 'me', requestBody: many })).rejects.toMatchObject({
      status: 400,
    });
  });

  test('makes labels and filters once, and filters label what arrives, not what is there', async () => {
    const { account, users } = await serve();
    const old = account.deliver(mail());
    const { data: label } = await users.labels.create({ userId: 'me', requestBody: { name: 'Queue' } });
    await expect(users.labels.create({ userId: 'me', requestBody: { name: 'queue' } })).rejects.toMatchObject(
      {
        status: 409,
      },
    );
    await expect(users.labels.create({ userId: 'me', requestBody: { name: 'inbox' } })).rejects.toThrow(
      'Invalid label name',
    );
    const requestBody = { criteria: { to: address }, action: { addLabelIds: [label.id ?? ''] } };
    await users.settings.filters.create({ userId: 'me', requestBody });
    const next = account.deliver(mail());
    expect(account.find(next.id)?.labelIds.has(label.id ?? '')).toBe(true);
    expect(account.find(old.id)?.labelIds.has(label.id ?? '')).toBe(false);
  });

  test('joins a reply to its thread by reference and subject, without its labels', async () => {
    const { account } = await serve();
    account.labels.create('a');
    const raw = mail({ subject: 'Chair' });
    const id = /Message-ID: (<.*>)/.exec(raw.toString())?.[1] ?? '';
    const first = account.deliver(raw, { labels: ['INBOX', 'a'] });
    const reply = account.deliver(mail({ subject: 'Re: Chair', headers: `In-Reply-To: ${id}` }));
    const other = account.deliver(mail({ subject: 'Table', headers: `In-Reply-To: ${id}` }));
    expect(reply.threadId).toBe(first.threadId);
    expect(other.threadId).toBe(other.id);
    expect([...(account.find(reply.id)?.labelIds ?? [])]).toEqual(['INBOX', 'UNREAD']);
  });

  test('mail sent to oneself, to a plus address too, is one message that is sent and in the inbox', async () => {
    const { account } = await serve();
    const plus = Buffer.from(
      mail({ from: address }).toString().replace(`To: ${address}`, 'To: support+7@example.com'),
    );
    for (const raw of [mail({ from: address }), plus]) {
      expect([...(account.find(account.send(raw).id)?.labelIds ?? [])]).toEqual(['SENT', 'INBOX', 'UNREAD']);
    }
    const away = Buffer.from(mail().toString().replace(`To: ${address}`, 'To: bob@example.org'));
    expect([...(account.find(account.send(away).id)?.labelIds ?? [])]).toEqual(['SENT']);
  });

  test('refuses an unknown token, a missing scope, and more than 6,000 units a minute', async () => {
    const { account, users, stranger, advance } = await serve(['gmail.modify']);
    await expect(stranger.getProfile({ userId: 'me' })).rejects.toMatchObject({ status: 401 });
    const filter = { userId: 'me', requestBody: { criteria: {}, action: {} } };
    await expect(users.settings.filters.create(filter)).rejects.toThrow('insufficient authentication scopes');
    const { id } = account.deliver(mail());
    for (let i = 0; i < 300; i += 1) await users.messages.get({ userId: 'me', id, format: 'minimal' });
    await expect(users.messages.get({ userId: 'me', id, format: 'minimal' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Units per minute per user'),
    });
    advance(60_000);
    expect((await users.getProfile({ userId: 'me' })).data.emailAddress).toBe(address);
  });

  test('says what it does not model', async () => {
    const { account, users } = await serve();
    const { id } = account.deliver(mail());
    await expect(users.messages.get({ userId: 'me', id })).rejects.toMatchObject({ status: 501 });
    await expect(users.messages.list({ userId: 'me', q: 'filename:pdf' })).rejects.toMatchObject({
      status: 501,
    });
  });
});
