import { describe, expect, test } from 'vitest';
import { DESK, type MailParts, receive } from '../support/intake.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, smtp, desk } = await testSendingDesk();

const UNVERIFIED = 'mx.google.com; spf=none smtp.mailfrom=customer.example';
const replyTo = (address: string) => `Reply-To: ${address}`;

async function ask(method: string, path: string, body?: unknown): Promise<any> {
  return desk.ok(desk.ada.token, method, path, body);
}

async function contactOf(requestId: number | null | undefined): Promise<string> {
  return (await ask('GET', `/v1/requests/${requestId}`)).contact.email;
}

/** Whom an answer to a request reaches. */
async function answered(requestId: number | null | undefined): Promise<string[]> {
  smtp.mails.length = 0;
  await desk.deliver();
  smtp.mails.length = 0;
  const { to, cc } = await ask('POST', `/v1/requests/${requestId}/messages`, { text: 'An answer' });
  return [...to, ...cc].map((each: { address: string }) => each.address);
}

async function latest(requestId: number | null | undefined): Promise<any> {
  const { items } = await ask('GET', `/v1/requests/${requestId}/messages?limit=200`);
  return items.findLast((each: any) => each.kind === 'inbound');
}

describe('a From that writes for several people', () => {
  const senders: readonly (readonly [string, (address: string) => MailParts])[] = [
    ['a form', (address) => ({ from: 'Shop <wordpress@shop.example>', headers: [replyTo(address)] })],
    ['a signing service', (address) => ({ from: 'Ann via Sign <dse@sign.example>', headers: [replyTo(address)] })],
    ['a list that rewrites From', (address) => ({
      from: '"Ann via Makers" <makers@lists.example>',
      headers: [replyTo(address), 'List-Post: <mailto:makers@lists.example>'] })],
    ['a list in German', (address) => ({ from: '"Ann über Hilfe" <hilfe@liste.example>', headers: [replyTo(address)] })],
    ['a list in Japanese', (address) => ({ from: '"Ann（サポート 経由）" <help@list.example>', headers: [replyTo(address)] })],
    ['a list in Turkish', (address) => ({ from: '"Ann, Destek aracılığıyla" <destek@list.example>', headers: [replyTo(address)] })],
    ['a group that keeps From', (address) => ({ from: 'g@groups.example', headers: [replyTo(address), `X-Original-From: ${address}`] })],
    ['a fax gateway', (address) => ({ from: 'Fax <fax@gateway.example>', headers: [replyTo(address), 'Auto-Submitted: auto-generated'] })],
    ['a marketplace', (address) => ({ from: 'messages@market.example', headers: [replyTo(`Buyer <${address}>`)] })],
  ]; // prettier-ignore

  test.each(senders)(
    '%s: two people, two requests, and an answer reaches the one who asked',
    async (_, mail) => {
      const first = await receive(desk, { ...mail('ann@one.example'), subject: 'Contact form' });
      const second = await receive(desk, { ...mail('ben@two.example'), subject: 'Contact form' });
      const third = await receive(desk, { ...mail('ann@one.example'), subject: 'Contact form' });
      expect(new Set([first.requestId, second.requestId]).size).toBe(2);
      expect(third.requestId).not.toBe(second.requestId);
      expect(await answered(first.requestId)).toEqual(['ann@one.example']);
      expect(await answered(second.requestId)).toEqual(['ben@two.example']);
    },
  );

  test('joins nobody to the request of whom it merely names', async () => {
    const olga = await receive(desk, { from: 'olga@customer.example' });
    await receive(desk, { from: 'form@shop.example', headers: [replyTo('ann@one.example')] });
    const named = await receive(desk, {
      from: 'form@shop.example',
      headers: [replyTo('olga@customer.example')],
    });
    expect(named.outcome).toBe('opened');
    expect(named.requestId).not.toBe(olga.requestId);
    expect(await contactOf(named.requestId)).toBe('olga@customer.example');
  });

  test('a form that the mailbox declares gets the person a notice', async () => {
    await ask('PATCH', '/v1/mailboxes/1', { formSenders: ['shop.example'] });
    const { requestId } = await receive(desk, {
      from: 'Form <form@www.shop.example>',
      headers: [replyTo('Cora <cora@three.example>')],
    });
    expect(await contactOf(requestId)).toBe('cora@three.example');
    smtp.mails.length = 0;
    await desk.deliver();
    expect(smtp.mails.map(({ to }) => to).flat()).toContain('cora@three.example');
  });

  test('the mailbox itself, verified and not sent by its owner, writes for whom Reply-To names', async () => {
    const own = { from: `Website <${DESK}>`, headers: [replyTo('Cora <cora@three.example>')] };
    const form = await receive(desk, own);
    expect(form.outcome).toBe('opened');
    expect(await contactOf(form.requestId)).toBe('cora@three.example');
    expect(await answered(form.requestId)).toEqual(['cora@three.example']);
    expect(await receive(desk, { ...own, results: UNVERIFIED })).toMatchObject({ outcome: 'quarantined' });
    expect(await receive(desk, { from: DESK })).toMatchObject({ reason: 'own_address' });
    expect(await receive(desk, own, { labelIds: ['SENT'] })).toMatchObject({ reason: 'sent_copy' });
  });
});

describe('the sender alone', () => {
  test('joins no request whose answers go to somebody else', async () => {
    const zoe = 'Zoe <zoe@customer.example>';
    const home = await receive(desk, { from: zoe });
    const office = await receive(desk, { from: zoe, headers: [replyTo('office@customer.example')] });
    const again = await receive(desk, { from: zoe });
    expect(office.requestId).not.toBe(home.requestId);
    expect(again.requestId).toBe(home.requestId);
    expect(await answered(office.requestId)).toEqual(['office@customer.example']);
    expect(await answered(home.requestId)).toEqual(['zoe@customer.example']);
  });
});

describe('a mail that nobody vouches for steers no answer', () => {
  /** Ann's request with Bob in copy, an answer to it, and then a mail in Ann's name under the answer's id. */
  async function answerAfter(parts: MailParts): Promise<{ reached: string[]; message: any }> {
    const { requestId } = await receive(desk, { from: 'Ann <ann@a.example>', cc: 'Bob <bob@b.example>' });
    const sent = await ask('POST', `/v1/requests/${requestId}/messages`, { text: 'One' });
    const result = await receive(desk, {
      from: 'Ann <ann@a.example>',
      inReplyTo: sent.internetMessageId,
      results: 'mx.google.com; spf=none smtp.mailfrom=a.example',
      ...parts,
    });
    expect(result.requestId).toBe(requestId);
    return { reached: await answered(requestId), message: await latest(requestId) };
  }
  const AS_BEFORE = ['ann@a.example', 'bob@b.example'];

  test.each<[string, MailParts, string[]]>([
    ['Reply-To', { headers: [replyTo('x@evil.example')] }, ['x@evil.example']],
    ['Cc', { cc: 'Ann <x@evil.example>' }, ['x@evil.example']],
    ['To', { to: `${DESK}, x@evil.example` }, ['x@evil.example']],
    ['several', { cc: 'x@evil.example, y@evil.example', headers: [replyTo('z@evil.example')] }, ['z@evil.example', 'x@evil.example', 'y@evil.example']],
    ['a Cc without the one who was there', { cc: 'x@evil.example' }, ['x@evil.example']],
    ['nothing at all', {}, []],
    ['two From headers', { results: 'mx.google.com; dmarc=pass header.from=a.example', headers: ['From: e@evil.example', replyTo('x@evil.example')] }, ['x@evil.example']],
  ])('%s', async (_, parts, ignored) => {
    const { reached, message } = await answerAfter(parts);
    expect(reached).toEqual(AS_BEFORE);
    expect(message.ignoredRecipients.toSorted()).toEqual(ignored.toSorted());
    expect(await db`select email from participants where email like '%evil%'`).toEqual([]);
  }); // prettier-ignore

  test('nor does one that opens a request; a verified one, or of a trusted contact, does', async () => {
    const parts: MailParts = {
      from: 'Dan <dan@d.example>',
      headers: [replyTo('d2@d.example')],
      cc: 'c@c.example',
    };
    const unverified = 'mx.google.com; spf=none smtp.mailfrom=d.example';
    const opened = await receive(desk, { ...parts, results: unverified });
    expect(await answered(opened.requestId)).toEqual(['dan@d.example']);
    const verified = await receive(desk, { ...parts, subject: 'Proven' });
    expect(await answered(verified.requestId)).toEqual(
      ['d2@d.example', 'dan@d.example', 'c@c.example'].filter((each) => each !== 'dan@d.example'),
    );
    expect((await latest(verified.requestId)).replyTo).toEqual([{ name: '', address: 'd2@d.example' }]);
  });
});

describe('an alias that mail comes by', () => {
  test('gets no copy, is offered, and is our own once declared', async () => {
    const { requestId } = await receive(desk, {
      from: 'dan@four.example',
      to: 'Info <info@desk.example.com>',
    });
    expect(await answered(requestId)).toEqual(['dan@four.example']);
    expect((await latest(requestId)).ignoredRecipients).toEqual(['info@desk.example.com']);
    expect((await ask('GET', '/v1/mailboxes/1')).suggestedAliases).toEqual(['info@desk.example.com']);
    await ask('PATCH', '/v1/mailboxes/1', { aliases: ['info@desk.example.com'] });
    expect(await ask('GET', '/v1/mailboxes/1')).toMatchObject({
      aliases: ['info@desk.example.com'],
      suggestedAliases: [],
    });
    const next = await receive(desk, {
      from: 'eva@five.example',
      to: 'info@desk.example.com, carl@desk.example.com',
    });
    expect(await answered(next.requestId)).toEqual(['eva@five.example', 'carl@desk.example.com']);
  });

  test('of another domain is known by the server that delivered to it', async () => {
    const { requestId } = await receive(desk, {
      from: 'dan@four.example',
      to: 'hello@shop.example',
      headers: ['X-Forwarded-To: hello@shop.example'],
    });
    expect(await answered(requestId)).toEqual(['dan@four.example']);
  });

  test('is no colleague: the mailbox is named as well, or hidden in Bcc', async () => {
    const named = await receive(desk, { from: 'a@four.example', to: `${DESK}, boss@desk.example.com` });
    expect(await answered(named.requestId)).toEqual(['a@four.example', 'boss@desk.example.com']);
    const hidden = await receive(desk, { from: 'b@four.example', to: 'partner@else.example' });
    expect(await answered(hidden.requestId)).toEqual(['b@four.example', 'partner@else.example']);
  });
});

test.each([
  ['Re: [56664579] please help us', 'Re: [56664579] please help us'],
  ['[Ticket #2026-11] please help us', 'Re: [Ticket #2026-11] please help us'],
  ['AW: please help us (Vorgang 4711)', 'Re: please help us (Vorgang 4711)'],
  ['RE: please help us [ ref:!00D30.!5003x:ref ]', 'Re: please help us [ ref:!00D30.!5003x:ref ]'],
  ['Re: Case 00991234: please help us', 'Re: Case 00991234: please help us'],
  ['Отв: [SD-77] please help us', 'Re: [SD-77] please help us'],
  ['Re: please help us', 'Re: please help us'],
  ['Re: [EXTERNAL] please help us', 'Re: please help us'],
  ['Invoice 4711', 'Re: please help us'],
])('an answer to %s has the subject %s', async (subject, expected) => {
  const from = 'Help <help@supplier.example>';
  const { requestId } = await receive(desk, { from, subject: 'please help us' });
  const sent = await ask('POST', `/v1/requests/${requestId}/messages`, { text: 'One' });
  await receive(desk, { from, subject, inReplyTo: sent.internetMessageId });
  const answer = await ask('POST', `/v1/requests/${requestId}/messages`, { text: 'Two' });
  expect(answer.subject).toBe(expected);
});

test('a message says when Gmail took the mail', async () => {
  const at = desk.clock.now().getTime() - 3_600_000;
  await ask('PATCH', '/v1/mailboxes/1', { acceptSince: '2020-01-01T00:00:00Z' });
  const { requestId } = await receive(desk, { from: 'late@l.example' }, { internalDate: at });
  expect((await latest(requestId)).receivedAt).toBe(new Date(at).toISOString());
});

describe('an absence note without a mark', () => {
  const away = 'Hello,\n\nI am out of the office until Monday. For urgent matters please contact Bob.\n\nAnn';
  async function answerWith(parts: MailParts, minutes: number): Promise<any> {
    const { requestId } = await receive(desk, { from: 'Ann <ann@a.example>' });
    const sent = await ask('POST', `/v1/requests/${requestId}/messages`, { text: 'When?' });
    await desk.deliver();
    desk.clock.advance(minutes * 60_000);
    return receive(desk, { from: 'Ann <ann@a.example>', inReplyTo: sent.internetMessageId, ...parts });
  }

  test('that answers ours within minutes is recorded and shown; later, or with another word, it is a person’s', async () => {
    const note = { subject: 'Out of office: When?', text: away };
    expect(await answerWith(note, 1)).toMatchObject({ outcome: 'recorded' });
    expect(await answerWith(note, 60)).toMatchObject({ outcome: 'appended' });
    expect(await answerWith({ ...note, text: `${away}\n\nOption B is fine.` }, 1)).toMatchObject({
      outcome: 'appended',
    });
    expect(await answerWith({ ...note, subject: 'Re: When?' }, 1)).toMatchObject({ outcome: 'appended' });
  });
});
