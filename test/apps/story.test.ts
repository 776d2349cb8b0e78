import { afterEach, expect, test } from 'vitest';
import { readConfig } from '../../src/apps/config.ts';
import { startSimulatedGmail } from '../../src/apps/demo/gmail/simulated-gmail.ts';
import { silentLog } from '../../src/platform/log.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { emitRelayScript } from '../../src/intake/gmail/relay/relay-script.ts';
import { createToken } from '../../src/people/credentials/create-token.ts';
import { BY_ID } from '../../src/platform/lists/list-sort.ts';
import { listOperators } from '../../src/people/operators/list-operators.ts';
import { type RunningServer, startServer } from '../../src/apps/server/start-server.ts';
import { startTenant } from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { headersOf } from '../../src/apps/demo/microsoft/tenant-mailbox.ts';
import { parseAddresses } from '../../src/mail/headers/addresses.ts';
import { listMailboxes } from '../../src/mailboxes/settings/list-mailboxes.ts';
import { connectToTenant } from '../../src/apps/demo/microsoft/microsoft-side.ts';
import { exchangeMail } from '../support/microsoft-desk.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, type MailParts, mailOf, SECRET } from '../support/intake.ts';
import { type ReceivedMail, startSmtpListener } from '../support/smtp-listener.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

type Json = Record<string, any>;

/** What has left, however, and how a message comes in. */
type Outside = {
  readonly mails: readonly ReceivedMail[];
  readonly arrives: (parts: MailParts) => Promise<void>;
};

/** The server as `npm start` runs it, on a socket, with the account that its mail comes from and whatever it sends by. */
async function wholeDesk(source: 'gmail' | 'microsoft') {
  const { url: databaseUrl } = await testDatabase();
  const smtp = source === 'gmail' ? await startSmtpListener() : null;
  if (smtp !== null) ends.push(smtp.stop);
  const sent: ReceivedMail[] = [];
  const tenant =
    source === 'gmail' ? null : await startTenant(DESK, { onSent: (raw) => sent.push(asReceived(raw)) });
  if (tenant !== null) ends.push(tenant.stop);
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: databaseUrl,
    APP_SECRET: 'story-secret-story-secret-story-secret',
    MAILBOX_ADDRESS: DESK,
    MAILBOX_NAME: 'Example Support',
    RELAY_SECRET: SECRET,
    ADMIN_EMAIL: 'ann@desk.example.com',
    ...(smtp === null ? {} : { SMTP_URL: smtp.url }),
  });
  if (!config.ok) throw new Error(JSON.stringify(config));
  const server = await startServer(config.config, {
    log: silentLog,
    ...(tenant === null ? {} : { microsoft: tenant.endpoints, fetchEveryMs: 50 }),
  });
  ends.push(server.stop);
  const outside =
    tenant === null ? await gmailAccount(server, smtp?.mails ?? []) : await inTenant(server, tenant, sent);

  const [operator] = (await listOperators(server.deps, { kind: 'system' }, { sort: BY_ID, limit: 1 })).items;
  const { token } = await createToken(
    server.deps,
    { kind: 'system' },
    { operatorId: operator!.id, name: 'story' },
  );
  async function call(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
  return { ...outside, call };
}

async function gmailAccount(server: RunningServer, mails: readonly ReceivedMail[]): Promise<Outside> {
  const script = await emitRelayScript({ url: `${server.url}/v1/relay/${DESK}`, secret: SECRET });
  const gmail = await startSimulatedGmail({
    address: DESK,
    scriptCode: script.code,
    manifest: script.manifest,
  });
  ends.push(gmail.stop);
  await gmail.setup();
  await gmail.addFilter({ negatedQuery: 'from:me' }, 'mailroom/queue');
  return {
    mails,
    async arrives(parts) {
      const { id } = await gmail.deliver(mailOf(parts));
      await gmail.tick();
      expect(await gmail.labelsOf(id)).toContain('mailroom/done');
    },
  };
}

async function inTenant(
  { deps }: RunningServer,
  tenant: Awaited<ReturnType<typeof startTenant>>,
  mails: readonly ReceivedMail[],
): Promise<Outside> {
  const [mailbox] = await listMailboxes(deps, { kind: 'system' });
  await connectToTenant(deps, mailbox!.id);
  return {
    mails,
    async arrives(parts) {
      const id = tenant.deliver(exchangeMail(parts), new Date());
      await expect.poll(() => deps.db`select outcome from intake where source_id = ${id}`).toHaveLength(1);
    },
  };
}

function asReceived(raw: string): ReceivedMail {
  const headers = Object.fromEntries(headersOf(raw).map(({ name, value }) => [name.toLowerCase(), value]));
  const to = parseAddresses(headers['to'] ?? '').map(({ address }) => address);
  return {
    from: DESK,
    to,
    raw: Buffer.from(raw),
    headers,
    internetMessageId: headers['message-id'] ?? '',
    connection: 1,
  };
}

const SOURCES = ['gmail', 'microsoft'] as const;

test.each(SOURCES)(
  'a mail by %s becomes a request, is answered in its thread, closed, and followed by the next',
  async (source) => {
    const { mails, arrives, call } = await wholeDesk(source);
    async function left(count: number) {
      await expect.poll(() => mails.length).toBe(count);
      const mail = mails[count - 1]!;
      return { ...mail, parsed: await parseMail(mail.raw) };
    }

    // A first mail opens request 1, and its sender hears so.
    await arrives({ messageId: '<first@customer.example>', subject: 'The printer is on fire' });
    const created = await left(1);
    expect(created.to).toEqual(['carla@customer.example']);
    expect(created.headers).toMatchObject({
      subject: 'Re: The printer is on fire',
      'in-reply-to': '<first@customer.example>',
      references: '<first@customer.example>',
      'auto-submitted': 'auto-replied',
      'x-auto-response-suppress': 'All',
      'x-mailroom-loop': DESK,
    });
    expect(created.parsed.text).toContain('request 1');
    expect(created.parsed.replyTo[0]?.address).toMatch(/^support\+[a-z2-7]{16}@desk\.example\.com$/);

    // A second mail joins it without another notice.
    await arrives({ messageId: '<second@customer.example>', subject: 'And now the desk burns too' });
    expect(await call('GET', '/v1/requests/1')).toMatchObject({
      status: 'new',
      messageCount: 3,
      assignee: null,
    });
    const messages = await call('GET', '/v1/requests/1/messages');
    expect(messages.items.map((each: Json) => [each.kind, each.matchedBy, each.subjectChanged])).toEqual([
      ['inbound', 'new', false],
      ['automatic', null, false],
      ['inbound', 'sender', true],
    ]);

    // Taken, answered, closed: each is told to the contact, in one thread.
    expect(await call('POST', '/v1/requests/1/take')).toMatchObject({
      status: 'in_progress',
      assignee: { name: 'ann' },
    });
    const taken = await left(2);
    expect(taken.headers['auto-submitted']).toMatch(/^auto-/);
    expect(taken.parsed.text).toContain('ann is now working on your request 1');

    const reply = await call('POST', '/v1/requests/1/messages', { text: 'Please leave the building.' });
    expect(reply).toMatchObject({
      kind: 'outbound',
      requestId: 1,
      author: { kind: 'operator', name: 'ann' },
    });
    const answer = await left(3);
    expect(answer.internetMessageId).toBe(reply.internetMessageId);
    expect(answer.headers).toMatchObject({
      subject: 'Re: The printer is on fire',
      'in-reply-to': '<second@customer.example>',
    });
    expect(answer.headers['auto-submitted']).toBeUndefined();
    expect(answer.parsed.text).toMatch(/^Please leave the building\./);
    expect(answer.parsed.text).toContain('> It burns.');

    expect(await call('POST', '/v1/requests/1/close')).toMatchObject({ status: 'closed', id: 1 });
    const closed = await left(4);
    expect(closed.parsed.text).toContain('request 1 "The printer is on fire" is now closed');
    // An answer opens another request: the notice must not promise that this one goes on.
    expect(closed.parsed.text).toContain('just reply to this email: one of us will read it and write back');
    for (const mail of [created, taken, answer, closed])
      expect(mail.parsed.references).toContain('<first@customer.example>');
    await expect.poll(async () => (await call('GET', '/v1/requests/1')).firstResponseAt).not.toBeNull();

    // The next mail answers the closing notice: it opens request 2, marked as following 1.
    await arrives({
      messageId: '<third@customer.example>',
      to: closed.parsed.replyTo[0]!.address,
      subject: 'Re: The printer is on fire',
      inReplyTo: closed.internetMessageId,
      references: `<first@customer.example> ${closed.internetMessageId}`,
    });
    expect(await call('GET', '/v1/requests/2')).toMatchObject({
      status: 'new',
      followUpOf: 1,
      contact: { email: 'carla@customer.example' },
    });
    const second = await left(5);
    expect(second.parsed.text).toContain('request 2');

    const list = await call('GET', '/v1/requests?status=new&sort=-createdAt');
    expect(list.items.map((each: Json) => each.id)).toEqual([2]);
  },
);
