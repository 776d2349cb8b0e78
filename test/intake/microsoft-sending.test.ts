import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { checkTransport } from '../../src/outbox/accounts/check-transport.ts';
import { watchLeases } from '../../src/outbox/sending/lease-watch.ts';
import { headerOf } from '../../src/apps/demo/microsoft/tenant-mailbox.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { GRAPH_LIMITS } from '../../src/intake/microsoft/sending/add-files.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testOperator } from '../support/app.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';
import { CLIENT_ID, TENANT } from '../../src/apps/demo/microsoft/tenant-identity.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, mailOf } from '../support/intake.ts';
import { microsoftDesks, MINUTE, SYSTEM } from '../support/microsoft-desk.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const { desk, end } = microsoftDesks(db, parsePool);
afterEach(end);
afterAll(() => parsePool.close());

const CARLA = 'carla@customer.example';

/** A desk with a request of Carla's, whose created notice has left, and an operator who may answer it. */
async function asked(limits = GRAPH_LIMITS) {
  const made = await desk({ limits });
  const { token, id: operatorId } = await testOperator(made.deps, { role: 'admin' });
  made.arrive({ messageId: '<question@customer.example>' }, { conversationId: 'AAQk1=' });
  await made.look();
  await made.send();
  made.clock.advance(MINUTE);
  const reply = async (text = 'Use water.') => {
    const answer = await made.call('POST', '/v1/requests/1/messages', { token, body: { text } });
    expect(answer.status).toBe(201);
  };
  const sent = () => made.tenant.inFolder('sentitems').map(({ raw }) => raw);
  return { ...made, token, operatorId, reply, sent };
}

const messages = () =>
  db<
    { kind: string; matchedBy: string | null; internetMessageId: string; sentAs: string | null; id: number }[]
  >`
    select id, kind, matched_by, internet_message_id, sent_as from messages order by id`;

const replies = () =>
  db<{ state: string; attempts: number; draftId: string | null }[]>`
    select state, draft_id,
      (select count(*)::int from delivery_attempts where delivery_id = deliveries.id) as attempts
    from deliveries
    where kind = 'reply'
    order by id`;

describe('an answer through Graph', () => {
  test('is stored as a draft, whose id is kept, then sent, and is no second message when it is seen', async () => {
    const { reply, send, sent, look, tenant } = await asked();
    await reply();
    const before = tenant.calls.length;
    expect(await send()).toMatchObject({ sent: 1 });
    expect(
      tenant.calls.slice(before).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`),
    ).toEqual(['POST messages', 'POST send']);
    expect(sent()[1]).toContain('Use water.');
    expect(sent()[1]).toContain('In-Reply-To: <question@customer.example>');
    expect(await replies()).toMatchObject([{ state: 'sent', attempts: 1 }]);
    expect(await look()).toBe(0);
    expect((await messages()).map(({ kind }) => kind)).toEqual(['inbound', 'automatic', 'outbound']);
    expect(await db`select id from intake`).toHaveLength(1);
  });

  test('that Exchange gives another Message-ID is joined by what answers to that', async () => {
    const { reply, send, look, arrive, sent, tenant, clock } = await asked();
    tenant.state.rewritesIds = true;
    await reply();
    await send();
    await look();
    const [, raw = ''] = sent();
    const [, rewritten = ''] = /^Message-ID: (.+)$/im.exec(raw.replaceAll('\r', '')) ?? [];
    expect(rewritten).toContain('PROD.OUTLOOK.COM');
    clock.advance(MINUTE);
    arrive({ inReplyTo: rewritten, subject: 'Something else entirely' });
    await look();
    const [, , answer, last] = await messages();
    expect(answer).toMatchObject({ sentAs: rewritten });
    expect(last).toMatchObject({ kind: 'inbound', matchedBy: 'token' });
  });

  test.each<[Fault, RegExp, number]>([
    ['lost', /\/send$/, 1],
    ['lost', /\/messages$/, 1],
    ['drop', /\/send$/, 1],
    ['throttle', /\/send$/, 1],
    ['unavailable', /\/messages$/, 1],
    ['token_ended', /\/send$/, 1],
  ])('leaves once when %s meets %s', async (fault, path, copies) => {
    const { reply, send, sent, tenant, clock } = await asked();
    await reply();
    let met = 0;
    tenant.state.fault = (call) =>
      call.method === 'POST' && path.test(call.path) && ++met === 1 ? fault : null;
    await send();
    for (let tries = 0; tries < 3; tries += 1) {
      clock.advance(10 * MINUTE);
      await send();
    }
    expect(sent().filter((raw) => raw.includes('Use water.'))).toHaveLength(copies);
    expect(tenant.inFolder('drafts')).toHaveLength(0);
    expect(await replies()).toMatchObject([{ state: 'sent' }]);
  });

  test('is asked about by whoever takes over from a process that died after sending it', async () => {
    const { reply, send, sent, clock } = await asked();
    await reply();
    await send();
    // As a process leaves it that died before it could write the answer down.
    await db`
      update deliveries
      set state = 'sending', sent_at = null, lease_owner = gen_random_uuid(), lease_until = ${clock.now()}
      where kind = 'reply'`;
    await db`
      update delivery_recipients set state = 'waiting', settled_at = null
      where delivery_id = (select id from deliveries where kind = 'reply')`;
    let elapsed = 0;
    const leases = watchLeases(undefined, () => elapsed);
    await send({ leases });
    elapsed += 10 * MINUTE;
    clock.advance(10 * MINUTE);
    expect(await send({ leases })).toMatchObject({ takenOver: 1, sent: 1 });
    expect(sent().filter((raw) => raw.includes('Use water.'))).toHaveLength(1);
  });

  test('rests with its account while Microsoft refuses the credentials, and counts no failure of its own', async () => {
    const { reply, send, sent, tenant, clock } = await asked();
    tenant.state.maySend = false;
    await reply();
    expect(await send()).toMatchObject({ deferred: 1, paused: 'account' });
    expect(await db`select attempt_count from deliveries where kind = 'reply'`).toEqual([
      { attemptCount: 0 },
    ]);
    tenant.state.maySend = true;
    clock.advance(MINUTE * 5);
    await send();
    expect(sent()).toHaveLength(2);
    expect(tenant.inFolder('drafts')).toHaveLength(0);
  });

  test('that is cancelled after a try leaves no draft behind', async () => {
    const { reply, send, look, call, token, tenant } = await asked();
    tenant.state.maySend = false;
    await reply();
    await send();
    expect(tenant.inFolder('drafts')).toHaveLength(1);
    const [delivery] = await db<{ id: number }[]>`select id from deliveries where kind = 'reply'`;
    const cancelled = await call('POST', `/v1/deliveries/${delivery?.id}/cancel`, { token });
    expect(cancelled.status).toBe(200);
    await look();
    expect(tenant.inFolder('drafts')).toHaveLength(0);
    expect(await replies()).toMatchObject([{ state: 'cancelled', draftId: null }]);
  });

  describe('with files that Graph takes only beside it', () => {
    // Each of another size: one that goes whole, one in two pieces, one more whole.
    const SMALL = { sizes: [15_000, 50_000, 2000], limits: { wholeBytes: 30_000, pieceBytes: 32_768 } };
    const REAL = { sizes: [1_500_000, 4_000_000, 200_000], limits: GRAPH_LIMITS };

    async function large({ sizes, limits }: typeof SMALL) {
      const made = await asked(limits);
      const form = new FormData();
      form.set('reply', JSON.stringify({ text: 'Here are the plans.' }));
      for (const [at, size] of sizes.entries())
        form.append(
          'attachments',
          new File([Buffer.alloc(size, at + 1)], `plan ${at}.pdf`, { type: 'application/pdf' }),
        );
      const headers = { authorization: `Bearer ${made.token}` };
      const answer = await made.app.request('/v1/requests/1/messages', {
        method: 'POST',
        headers,
        body: form,
      });
      expect(answer.status).toBe(201);
      const left = async () => {
        const raws = made.sent().filter((raw) => raw.includes('Here are the plans.'));
        const files = await Promise.all(
          raws.map(async (raw) =>
            (await parseMail(Buffer.from(raw))).attachments.map(({ name, content }) => [
              name,
              content.byteLength,
            ]),
          ),
        );
        return files;
      };
      const whole = sizes.map((size, at) => [`plan ${at}.pdf`, size]);
      return { ...made, left, whole };
    }

    test.each([SMALL, REAL])('leaves once, with every file, in its thread', async (sizes) => {
      const { send, sent, left, tenant, whole } = await large(sizes);
      const before = tenant.calls.length;
      expect(await send()).toMatchObject({ sent: 1 });
      expect(await left()).toEqual([whole]);
      expect(sent()[1]).toContain('In-Reply-To: <question@customer.example>');
      const methods = tenant.calls.slice(before).map(({ method }) => method);
      expect(methods.join(' ')).toBe('POST POST POST PUT PUT POST POST');
    });

    test.each<[Fault, RegExp, number]>([
      ['lost', /\/attachments$/, 1],
      ['lost', /\/createUploadSession$/, 1],
      ['lost', /^\/upload/, 1],
      ['lost', /^\/upload/, 2],
      ['drop', /^\/upload/, 2],
      ['unavailable', /\/attachments$/, 2],
      ['lost', /\/send$/, 1],
    ])('leaves once, with each file once, when %s meets %s (%s)', async (fault, path, which) => {
      const { send, left, tenant, clock, whole } = await large(SMALL);
      let met = 0;
      tenant.state.fault = (call) =>
        call.method !== 'GET' && path.test(call.path) && ++met === which ? fault : null;
      for (let tries = 0; tries < 3; tries += 1) {
        await send();
        clock.advance(10 * MINUTE);
      }
      expect(await left()).toEqual([whole]);
      expect(tenant.inFolder('drafts')).toHaveLength(0);
      expect(await replies()).toMatchObject([{ state: 'sent' }]);
    });
  });

  test('whose words alone are more than Graph takes fails at once, and says so', async () => {
    const { reply, send } = await asked();
    await reply('A long story. '.repeat(12_000));
    await db`update messages set text = repeat(text, 20) where kind = 'outbound'`;
    expect(await send()).toMatchObject({ failed: 1 });
    const [attempt] = await db<{ reply: string }[]>`
      select reply from delivery_attempts where outcome = 'failed'`;
    expect(attempt?.reply).toContain('2.9 MB');
  });

  test('waits for the next minute when this one has had its 25', async () => {
    const { reply, send, sent, clock } = await asked();
    for (let number = 0; number < 27; number += 1) await reply(`Number ${number}.`);
    await send();
    expect(sent()).toHaveLength(1 + 25);
    clock.advance(MINUTE + 1000);
    await send();
    expect(sent()).toHaveLength(1 + 27);
  });
});

describe('what an operator writes in Outlook', () => {
  const fromOutlook = (parts: Parameters<typeof mailOf>[0] = {}): string =>
    mailOf({
      from: `Example Support <${DESK}>`,
      to: `Carla <${CARLA}>`,
      results: null,
      subject: 'RE: The printer is on fire',
      inReplyTo: '<question@customer.example>',
      text: 'From my own Outlook.',
      ...parts,
    });

  test('joins the request with its author, stops the clocks, and sends nothing', async () => {
    const { tenant, look, clock, operatorId, sent, call, token } = await asked();
    const id = '<outlook@contoso.example>';
    const headers = ['Sender: Ann <ann@desk.example.com>'];
    tenant.deliver(fromOutlook({ messageId: id, headers }), clock.now(), { folder: 'sentitems' });
    expect(await look()).toBe(1);
    const [, , answer] = await messages();
    expect(answer).toMatchObject({ kind: 'outbound', internetMessageId: id });
    const request = (await (await call('GET', '/v1/requests/1', { token })).json()) as object;
    expect(request).toMatchObject({ status: 'in_progress', assignee: { id: operatorId } });
    expect(await replies()).toEqual([{ state: 'sent', attempts: 0, draftId: null }]);
    const [{ firstResponseAt } = { firstResponseAt: null }] = await db<{ firstResponseAt: Date | null }[]>`
      select first_response_at from requests`;
    expect(firstResponseAt).not.toBeNull();
    expect(sent()).toHaveLength(2);
    clock.advance(MINUTE);
    tenant.deliver(mailOf({ inReplyTo: id, results: null }), clock.now());
    await look();
    expect((await messages())[3]).toMatchObject({ kind: 'inbound', matchedBy: 'token' });
  });

  test('is kept by nobody’s name when no operator is known by its sender', async () => {
    const { tenant, look, clock } = await asked();
    tenant.deliver(fromOutlook(), clock.now(), { folder: 'sentitems' });
    await look();
    expect(await db`select author_kind from messages where kind = 'outbound'`).toEqual([
      { authorKind: 'system' },
    ]);
    expect(await db`select status from requests`).toEqual([{ status: 'new' }]);
  });

  test.each([
    ['opens a conversation', { inReplyTo: '<unknown@elsewhere.example>' }],
    ['goes to somebody who is not on the request', { to: 'boss@contoso.example' }],
    ['is sent by a rule', { headers: ['Auto-Submitted: auto-replied'] }],
  ])('is recorded and opens nothing when it %s', async (_, parts) => {
    const { tenant, look, clock } = await asked();
    tenant.deliver(fromOutlook(parts), clock.now(), { folder: 'sentitems' });
    await look();
    expect(await db`select outcome, reason from intake where labels = '{SENT}'`).toEqual([
      { outcome: 'recorded', reason: 'sent_elsewhere' },
    ]);
    expect(await db`select id from requests`).toHaveLength(1);
    expect(await replies()).toEqual([]);
  });
});

describe('threads as Outlook and Exchange leave them', () => {
  // The prefixes of ten languages, each with what gateways put before a subject.
  const SUBJECTS = [
    'RE: The printer is on fire',
    'AW: [EXTERNAL] The printer is on fire',
    'TR : The printer is on fire',
    'SV: [EXT] The printer is on fire',
    'VS: The printer is on fire',
    'Antw: [External Email] The printer is on fire',
    'RIF: The printer is on fire',
    'ODP: *EXTERNAL* The printer is on fire',
    'Отв: The printer is on fire',
    '回复: [外部邮件] The printer is on fire',
    'YNT: The printer is on fire',
  ];

  test.each([
    ['our Message-ID', false],
    ['the one that Exchange put in its place', true],
  ])('join by %s, in whatever header is left, with the subject as it was', async (_, rewritesIds) => {
    const { look, arrive, reply, send, sent, tenant, clock } = await asked();
    tenant.state.rewritesIds = rewritesIds;
    await reply();
    await send();
    const [, , answer] = await messages();
    const cited = headerOf(sent().at(-1) ?? '', 'message-id');
    expect(cited === answer?.internetMessageId).toBe(!rewritesIds);
    for (const [at, subject] of SUBJECTS.entries()) {
      clock.advance(MINUTE);
      // References are cut to the last id, or gone; so is In-Reply-To.
      arrive({
        subject,
        from: 'Carla <carla@customer.example>',
        ...(at % 2 === 0 ? { inReplyTo: cited } : { references: cited }),
        text: 'CAUTION: This email originated from outside of the organization. Do not click links.\r\n\r\nThank you.',
      });
    }
    await look();
    const joined = await db<
      { requestId: number; matchedBy: string; subjectChanged: boolean; subject: string }[]
    >`
      select request_id, matched_by, subject_changed, subject from messages
      where kind = 'inbound' and id > ${answer?.id ?? 0} order by id`;
    expect(joined.filter(({ requestId, matchedBy }) => requestId !== 1 || matchedBy !== 'token')).toEqual([]);
    expect(joined.filter(({ subjectChanged }) => subjectChanged).map(({ subject }) => subject)).toEqual([]);
  });

  test('a bounce that cites the id that Exchange gave marks the delivery', async () => {
    const { look, reply, send, tenant, sent, clock } = await asked();
    tenant.state.rewritesIds = true;
    await reply();
    await send();
    await look();
    const [, raw = ''] = sent();
    const [, rewritten = ''] = /^Message-ID: (.+)$/im.exec(raw.replaceAll('\r', '')) ?? [];
    clock.advance(MINUTE);
    tenant.deliver(bounceOf(CARLA, rewritten), clock.now());
    await look();
    expect(await replies()).toMatchObject([{ state: 'bounced' }]);
  });
});

/** Exchange's own report that a message came back. */
function bounceOf(address: string, messageId: string): string {
  return [
    'From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@desk.example.com>',
    `To: ${DESK}`,
    'Subject: Undeliverable: The printer is on fire',
    'Message-ID: <bounce@desk.example.com>',
    'MIME-Version: 1.0',
    'Auto-Submitted: auto-replied',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    `Your message to ${address} couldn't be delivered.`,
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; PROD.OUTLOOK.COM',
    '',
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.1.10',
    'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound',
    '--b',
    'Content-Type: message/rfc822',
    '',
    `Message-ID: ${messageId}`,
    `To: ${address}`,
    'Subject: The printer is on fire',
    '',
    '--b--',
    '',
  ].join('\r\n');
}

describe('an answer by Microsoft’s SMTP server', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const each of ends.splice(0)) await each();
  });

  /** A desk that sends with a token of the app; the server takes the token that the tenant gave last. */
  async function byToken(given: { readonly grants?: boolean } = {}) {
    let tenant: { identity: { isFor: (token: string, audience: string) => boolean } } | null = null;
    const smtp = await startSmtpListener({
      user: DESK,
      accessToken: (token) =>
        given.grants !== false && tenant?.identity.isFor(token, 'https://outlook.office365.com') === true,
    });
    ends.push(() => smtp.stop());
    const made = await desk({ sends: 'smtp', smtpUrl: smtp.url });
    ({ tenant } = made);
    const { token } = await testOperator(made.deps, { role: 'admin' });
    made.arrive({ messageId: '<question@customer.example>' });
    await made.look();
    return { ...made, smtp, token };
  }

  test('is signed in with a token that the app asks for, and asked for anew when it is refused', async () => {
    const { send, smtp, tenant, clock, call, token, deps, mailbox } = await byToken();
    expect(await send()).toMatchObject({ sent: 1 });
    expect(smtp.mails[0]?.raw.toString()).toContain('In-Reply-To: <question@customer.example>');
    expect(await db`select account, kind from mailbox_transports`).toEqual([
      { account: `${DESK}@smtp.office365.com`, kind: 'microsoft_smtp' },
    ]);
    tenant.endTokens();
    const check = () => checkTransport(deps, SYSTEM, { mailboxId: mailbox.id });
    expect(await check()).toMatchObject({ fault: null });
    clock.advance(55 * MINUTE);
    tenant.endTokens();
    expect(await check()).toMatchObject({ fault: null });
    await call('POST', '/v1/requests/1/messages', { token, body: { text: 'Use water.' } });
    expect(await send()).toMatchObject({ sent: 1 });
    expect(tenant.inFolder('sentitems')).toHaveLength(0);
  });

  test('rests with its account while Microsoft gives no token or takes none, and says what to do', async () => {
    const { send, deps, mailbox, tenant, clock } = await byToken({ grants: false });
    expect(await send()).toMatchObject({ paused: 'account' });
    const check = () => checkTransport(deps, SYSTEM, { mailboxId: mailbox.id });
    expect((await check()).words).toContain('SMTP.SendAsApp');
    tenant.identity.state.secret = 'another';
    expect((await check()).reply).toContain('AADSTS7000215');
    clock.advance(10 * MINUTE);
    await send();
    expect(await db`select attempt_count from deliveries`).toEqual([{ attemptCount: 0 }]);
  });

  test('is shown by the interface, and refused where a person signs in', async () => {
    const { call, token, mailbox } = await byToken();
    const path = `/v1/mailboxes/${mailbox.id}/microsoft`;
    const shown = await (await call('GET', path, { token })).json();
    expect(shown).toMatchObject({ sends: 'smtp', script: expect.stringContaining('Add-MailboxPermission') });
    const body = { way: 'device', tenantId: TENANT, clientId: CLIENT_ID, sends: 'smtp' };
    const problem = await problemOf(
      await call('POST', `${path}/sign-in`, { token, body }),
      400,
      'invalid_input',
    );
    expect(problem.errors).toMatchObject([{ pointer: '/sends' }]);
  });
});
