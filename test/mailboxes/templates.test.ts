import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { renderNotice } from '../../src/mailboxes/templates/render-notice.ts';
import { problemOf } from '../support/app.ts';
import { receive } from '../support/intake.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, smtp, desk } = await testSendingDesk();

const PATH = '/v1/mailboxes/1/templates';
const texts = async (): Promise<{ text: string; html: string }[]> =>
  db<{ text: string; html: string }[]>`select text, html from messages where notice is not null order by id`;
const last = async () => (await texts()).at(-1) ?? { text: '', html: '' };

test('a mailbox words its notices, and goes back to those that ship', async () => {
  const shipped = await desk.ok(desk.ann.token, 'GET', PATH);
  expect(shipped.items).toHaveLength(6);
  expect(shipped.items.every((each: any) => each.shipped && each.enabled)).toBe(true);
  expect(shipped.variables.map(({ name }: any) => name)).toContain('request.subject');

  const words = { text: 'Dear {{ contact.name | upcase }}, {{ operator.name }} has {{ request.id }}.' };
  const set = await desk.ok(desk.lea.token, 'PUT', `${PATH}/taken/en`, words);
  expect(set).toMatchObject({ kind: 'taken', language: 'en', ...words, html: null, shipped: false });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/take');
  expect(await last()).toEqual({
    text: 'Dear CARLA CONTACT, Ann has 1.',
    html: '<p dir="auto">Dear CARLA CONTACT, Ann has 1.</p>',
  });
  const events = await db`select actor_operator_id, new from events where type = 'template.set'`;
  expect(events).toMatchObject([{ actorOperatorId: desk.lea.id, new: { text: words.text } }]);

  expect(await desk.ok(desk.lea.token, 'DELETE', `${PATH}/taken/en`)).toMatchObject({ shipped: true });
  await desk.ok(desk.lea.token, 'POST', '/v1/requests/1/take', { force: true });
  expect((await last()).text).toContain('Lea is now working on your request 1');
});

test('values in HTML are escaped, and what is not fit for a mail is taken out', async () => {
  await desk.ok(desk.lea.token, 'PUT', `${PATH}/created/en`, {
    text: '{{ request.subject }}',
    html: '<p onclick="x()">About <b>{{ request.subject }}</b></p><script>x()</script>',
  });
  await receive(desk, { from: 'eve@customer.example', subject: '<img src=x onerror=y()> & co' });
  expect(await last()).toEqual({
    text: '<img src=x onerror=y()> & co',
    html: '<p>About <b>&lt;img src=x onerror=y()&gt; &amp; co</b></p>',
  });
});

test.each([
  ['{{ request.secret }}', 'names request.secret, which is not a variable'],
  ['{{ customer }}', 'names customer, which is not a variable'],
  ['{% for word in request.subject %}{{ nothing }}{% endfor %}', 'names nothing'],
  ['{{ contact.name | reverse_engineer }}', 'undefined filter: reverse_engineer'],
  ['{{ contact.name', 'not closed'],
  ['{% include "../../etc/passwd" %}', 'ENOENT'],
  ['{% for i in (1..100000000) %}x{% endfor %}', 'limit exceeded'],
  ['{% comment %} nothing {% endcomment %}', 'comes out empty'],
])('the template %s is refused when it is saved: %s', async (text, why) => {
  const refused = await desk.call('PUT', `${PATH}/closed/en`, { token: desk.lea.token, body: { text } });
  const problem = await problemOf(refused, 400, 'invalid_input');
  expect(problem.errors).toMatchObject([{ pointer: '/text', detail: expect.stringContaining(why) }]);
  const html = await desk.call('PUT', `${PATH}/closed/en`, {
    token: desk.lea.token,
    body: { text: 'x', html: text },
  });
  expect((await problemOf(html, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/html' }]);
  expect(await db`select kind from templates`).toEqual([]);
});

test('a preview shows given or saved words with sample values, and saves and sends nothing', async () => {
  const preview = `${PATH}/closed/ru/preview`;
  expect(await desk.ok(desk.ann.token, 'POST', preview)).toMatchObject({
    subject: 'Re: Where is my parcel?',
    text: expect.stringContaining('Ваше обращение 1042'),
  });
  const given = { text: 'Bye {{ contact.name }}', html: '<i>{{ mailbox.name }}</i>' };
  expect(await desk.ok(desk.ann.token, 'POST', preview, given)).toEqual({
    subject: 'Re: Where is my parcel?',
    text: 'Bye Carla Contact',
    html: '<i>Example Support</i>',
  });
  expect(await db`select kind from templates`).toEqual([]);
  expect(await texts()).toHaveLength(1);
});

test('a template that is switched off sends nothing in its language alone', async () => {
  await desk.ok(desk.lea.token, 'PUT', `${PATH}/taken/en`, { text: 'x', enabled: false });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/take');
  expect(await texts()).toHaveLength(1);
  await desk.ok(desk.lea.token, 'PATCH', '/v1/contacts/1', { mailboxes: [{ mailboxId: 1, language: 'ru' }] });
  await desk.ok(desk.lea.token, 'POST', '/v1/requests/1/take', { force: true });
  expect(await texts()).toHaveLength(2);
});

test.each([
  [[]],
  [[{ kind: 'created', language: 'en', text: 'About {{ request.subject }}.', html: null, enabled: true }]],
] as const)('a notice is worded although the process stands still in it: %j', (templates) => {
  let asked = 0;
  const notice = renderNotice('created', 'en', templates, {
    contact: { name: 'Carla', email: 'carla@example.org' },
    request: {
      id: 7,
      get subject() {
        asked += 1;
        if (asked === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
        return 'Stones';
      },
    },
    mailbox: { name: 'Support', address: 'support@example.com' },
    operator: null,
    rating: null,
    fields: {},
  });
  expect(notice).toMatchObject({ text: expect.stringContaining('Stones'), fault: null });
  expect(asked).toBeGreaterThan(1);
});

test('fields that contacts are shown are named by their keys, escaped, and no others', async () => {
  const field = (body: object) => desk.ok(desk.lea.token, 'POST', '/v1/fields', body);
  const serial = await field({ key: 'serial-no', name: 'Serial', kind: 'text', shownToContacts: true });
  await field({ key: 'urgent', name: 'Urgent', kind: 'yes_no', shownToContacts: true });
  await field({ key: 'cost', name: 'Cost', kind: 'number' });
  const words = {
    text: '{{ fields.serial-no }} {{ fields.urgent }}{% unless fields.urgent %}?{% endunless %}',
    html: '<p>{{ fields.serial-no }}</p>',
  };
  const { variables } = await desk.ok(desk.ann.token, 'GET', PATH);
  expect(variables.map(({ name }: any) => name).slice(-2)).toEqual(['fields.serial-no', 'fields.urgent']);
  for (const hidden of ['{{ fields.cost }}', '{{ fields[request.subject] }}', '{{ fields.none }}']) {
    const refused = await desk.call('PUT', `${PATH}/taken/en`, {
      token: desk.lea.token,
      body: { text: hidden },
    });
    expect((await problemOf(refused, 400, 'invalid_input')).detail).toContain('is not a variable');
  }
  await desk.ok(desk.lea.token, 'PUT', `${PATH}/taken/en`, words);
  const fields = { 'serial-no': '<b>7</b> & {{ fields.cost }}', urgent: true, cost: 5 };
  await desk.ok(desk.ann.token, 'PATCH', '/v1/requests/1', { fields });
  await desk.ok(desk.ann.token, 'POST', '/v1/requests/1/take');
  expect(await last()).toEqual({
    text: '<b>7</b> & {{ fields.cost }} yes',
    html: '<p>&lt;b&gt;7&lt;/b&gt; &amp; {{ fields.cost }}</p>',
  });
  // One that is shown no more has no value, and the notice is worded all the same.
  await desk.ok(desk.lea.token, 'PATCH', `/v1/fields/${serial.id}`, { shownToContacts: false });
  await desk.ok(desk.ann.token, 'PATCH', '/v1/requests/1', { fields: { urgent: null } });
  await desk.ok(desk.lea.token, 'POST', '/v1/requests/1/take', { force: true });
  expect(await last()).toMatchObject({ text: ' ?' });
});

test('agents preview and do not save; other mailboxes are not there', async () => {
  const body = { text: 'x' };
  const refused = await desk.call('PUT', `${PATH}/taken/en`, { token: desk.ann.token, body });
  await problemOf(refused, 403, 'forbidden');
  const absent = await desk.call('PUT', '/v1/mailboxes/9/templates/taken/en', {
    token: desk.lea.token,
    body,
  });
  await problemOf(absent, 404, 'not_found');
  const unknown = await desk.call('PUT', `${PATH}/taken/de`, { token: desk.lea.token, body });
  expect((await problemOf(unknown, 400, 'invalid_input')).errors).toMatchObject([{ pointer: 'language' }]);
});

describe('the language of a notice is', () => {
  const russian = { subject: 'Принтер', text: 'Здравствуйте, у меня горит принтер, что делать?' };
  const german = { subject: 'Drucker', text: 'Er brennt.' };
  const sent = async (): Promise<string> => (/Здравствуйте/.test((await last()).text) ? 'ru' : 'en');

  test('that of the mail, by its words', async () => {
    await receive(desk, { from: 'ivan@customer.example', ...russian });
    expect(await sent()).toBe('ru');
    expect(await db`select language from messages where direction = 'in' order by id`).toEqual([
      { language: 'en' },
      { language: 'ru' },
    ]);
  });

  test('that of the mail, as its Content-Language says', async () => {
    const few = { subject: '4711', text: 'OK' };
    await receive(desk, { from: 'ivan@customer.example', ...few, headers: ['Content-Language: ru-RU'] });
    expect(await sent()).toBe('ru');
  });

  test("else the mailbox's, and before all what is set for the contact", async () => {
    await desk.ok(desk.lea.token, 'PATCH', '/v1/mailboxes/1', { language: 'ru' });
    await receive(desk, { from: 'ivan@customer.example', ...german });
    expect(await sent()).toBe('ru');
    await desk.ok(desk.lea.token, 'PATCH', '/v1/contacts/2', {
      mailboxes: [{ mailboxId: 1, language: 'en' }],
    });
    await desk.ok(desk.ann.token, 'POST', '/v1/requests/2/take');
    expect(await sent()).toBe('en');
  });

  test('no guess for Ukrainian, which is not Russian', async () => {
    await receive(desk, {
      from: 'ivan@customer.example',
      subject: 'Принтер',
      text: 'Добрий день, мій принтер горить, її треба гасити.',
    });
    expect(await sent()).toBe('en');
  });
});

test('answers quote and sign as the mailbox and the operator say', async () => {
  const wrote = [
    'It burns.',
    '',
    'On Sun, 22 Nov 2026 at 08:00, Example Support <support@desk.example.com> wrote:',
    '> Is it plugged in?',
  ].join('\r\n');
  await receive(desk, { from: 'dora@customer.example', subject: 'Fire', text: wrote });
  await desk.ok(desk.lea.token, 'PATCH', '/v1/mailboxes/1', { signature: 'Example Support\nMon to Fri' });
  await desk.ok(desk.ann.token, 'PUT', `/v1/operators/${desk.ann.id}/signature`, { signature: 'Ann' });
  const refused = await desk.call('PUT', `/v1/operators/${desk.bob.id}/signature`, {
    token: desk.ann.token,
    body: { signature: 'Bob the fool' },
  });
  await problemOf(refused, 403, 'forbidden');
  await desk.deliver();
  const mails: string[] = [];
  for (const quoting of ['full', 'last', 'none']) {
    await desk.ok(desk.lea.token, 'PATCH', '/v1/mailboxes/1', { quoting });
    await desk.ok(desk.ann.token, 'POST', '/v1/requests/2/messages', { text: 'Unplug it.' });
    // Queued with these settings: what is changed afterwards changes no mail that waits.
    await desk.ok(desk.lea.token, 'PATCH', '/v1/mailboxes/1', { quoting: 'last' });
    smtp.mails.length = 0;
    await desk.deliver();
    mails.push((await PostalMime.parse(smtp.mails[0]?.raw ?? '')).text ?? '');
  }
  const [full = '', latest = '', none = ''] = mails;
  for (const mail of mails) expect(mail).toContain('Unplug it.\n\n-- \nAnn\nExample Support\nMon to Fri');
  expect(full).toContain('> It burns.');
  expect(full).toContain('Is it plugged in?');
  expect(latest).toContain('> It burns.');
  expect(latest).not.toContain('Is it plugged in?');
  expect(none).not.toContain('burns');
});
