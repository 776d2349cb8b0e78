import { describe, expect, test } from 'vitest';
import { fillText, textFault } from '../../src/requests/canned-replies/fill-text.ts';
import { problemOf, testApp, testPeople } from '../support/app.ts';
import { fileForm } from '../support/file-form.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest, otherTeam } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type By = { readonly token: string };
type Draft = { readonly text: string };
type Canned = { readonly id: number; readonly name: string };

const people = () => testPeople(deps, ['Ann', 'Lea']);

async function added(by: By, body: object): Promise<Canned> {
  const answer = await call('POST', '/v1/canned-replies', { token: by.token, body });
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as Canned;
}

async function namesFor(by: By, query = ''): Promise<string[]> {
  const answer = await call('GET', `/v1/canned-replies?${query}`, by);
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { items: Canned[] }).items.map(({ name }) => name);
}

describe('a text', () => {
  test.each([
    ['Dear {{ contact.name }}', { 'contact.name': 'Carla' }, 'Dear Carla', []],
    ['Dear {{ contact.name }}', { 'contact.name': ' ' }, 'Dear ', ['contact.name']],
    ['Dear {{ contact.name | default: "you" }}', { 'contact.name': '' }, 'Dear you', []],
    ['Dear {{ contact.name | default: nick }}', { 'contact.name': '' }, 'Dear ', ['nick']],
    ['{{ parcel | upcase | prepend: "No. " }}', {}, '', ['parcel']],
    ['{{ parcel | upcase | default: "none" }}', {}, 'none', []],
    ['{% if parcel %}It is {{ parcel }}.{% endif %}', {}, '', []],
    ['{% if parcel %}It is {{ parcel }}.{% endif %}', { parcel: '7' }, 'It is 7.', []],
    ['{% unless parcel %}{{ reason }}{% endunless %}', {}, '', ['reason']],
    ['{% assign x = parcel | append: "!" %}{{ x }}', {}, '', ['parcel']],
    ['{{ order.number }} {{ order.day }}', { 'order.day': 'Monday' }, ' Monday', ['order.number']],
    ['{{ order }} {{ order.day }}', { 'order.day': 'Monday' }, ' Monday', []],
    ['{{ a }} {{ a }} {{ b }}', {}, '  ', ['a', 'b']],
    ['{{ x }}', { x: '{{ contact.name }} <b>' }, '{{ contact.name }} <b>', []],
    ['{{ __proto__.polluted }}', {}, '', ['__proto__.polluted']],
    ['{{ constructor }}', {}, '', ['constructor']],
  ])('%s', (text, values, expected, unfilled) => {
    expect(textFault(text)).toBeNull();
    expect(fillText(text, values as Record<string, string>)).toEqual({ text: expected, unfilled });
  });

  test.each([
    ['Dear {{ contact.name', /output/],
    ['{% if a %}', /if/],
    ['{{ a | shout }}', /filter/],
    ['{% include "secret" %}', /ENOENT|secret|lookup|template/i],
    ['{{ list[0] }}', /list\[0\]|variable/],
    ['{% for i in (1..100000000) %}x{% endfor %}', /limit/],
  ])('%s is refused with a reason', (text, reason) => {
    expect(textFault(text)).toMatch(reason);
  });
});

describe('a canned reply', () => {
  test('is its operator’s, a mailbox’s or the desk’s', async () => {
    const { ann, lea } = await people();
    const { mailboxId } = await insertDesk(db);
    const { eve, ...sales } = await otherTeam(deps);
    await added(ann, { scope: 'own', name: 'Ann’s', text: 'Hello.' });
    await added(lea, { scope: 'mailbox', mailboxId, name: 'Support’s', text: 'Hello.' });
    await added(lea, { scope: 'desk', name: 'All', text: 'Hello.' });
    expect(await namesFor(ann)).toEqual(['All', 'Ann’s', 'Support’s']);
    expect(await namesFor(lea)).toEqual(['All', 'Support’s']);
    expect(await namesFor(eve)).toEqual(['All']);
    expect(await namesFor(ann, `mailboxId=${sales.mailboxId}`)).toEqual(['All', 'Ann’s']);
    const events = await db`select type, mailbox_id from events where type like 'canned%' order by id`;
    expect(events).toEqual([
      { type: 'canned_reply.added', mailboxId },
      { type: 'canned_reply.added', mailboxId: null },
    ]);
  });

  test('that others have too is made, changed and removed by leads alone', async () => {
    const { ann, lea } = await people();
    const body = { scope: 'desk', name: 'All', text: 'Hello.' };
    await problemOf(await call('POST', '/v1/canned-replies', { ...ann, body }), 403, 'forbidden');
    const { id } = await added(lea, body);
    const path = `/v1/canned-replies/${id}`;
    await problemOf(await call('PATCH', path, { ...ann, body: { text: 'Hi.' } }), 403, 'forbidden');
    await problemOf(await call('DELETE', path, ann), 403, 'forbidden');
    const mine = await added(ann, { ...body, scope: 'own' });
    await problemOf(await call('DELETE', `/v1/canned-replies/${mine.id}`, lea), 404, 'not_found');
    expect((await call('DELETE', path, lea)).status).toBe(204);
    expect((await call('DELETE', `/v1/canned-replies/${mine.id}`, ann)).status).toBe(204);
    expect(await db`select id from canned_replies`).toEqual([]);
  });

  test('keeps what a change does not name', async () => {
    const { ann } = await people();
    const effects = { status: 'pending', category: 'billing', tags: ['a', 'a', 'b'] };
    const { id } = await added(ann, { scope: 'own', name: 'One', text: 'Hello.', ...effects });
    const edited = await call('PATCH', `/v1/canned-replies/${id}`, {
      ...ann,
      body: { name: 'Two', status: null },
    });
    const expected = { name: 'Two', text: 'Hello.', status: null, category: 'billing', tags: ['a', 'b'] };
    expect(await edited.json()).toMatchObject(expected);
    expect(await (await call('GET', `/v1/canned-replies/${id}`, ann)).json()).toMatchObject(expected);
  });

  test('is found by words of its text and its name', async () => {
    const { ann } = await people();
    await added(ann, { scope: 'own', name: 'Delay', text: 'Your parcel is on its way.' });
    await added(ann, { scope: 'own', name: 'Посылка', text: 'В пути.' });
    expect(await namesFor(ann, 'q=parc')).toEqual(['Delay']);
    expect(await namesFor(ann, 'q=way%20delay')).toEqual(['Delay']);
    expect(await namesFor(ann, `q=${encodeURIComponent('посыл')}`)).toEqual(['Посылка']);
    expect(await namesFor(ann, 'q=nothing')).toEqual([]);
  });

  test.each([
    [{ text: '{{ a | shout }}' }, '/text'],
    [{ text: ' ' }, '/text'],
    [{ name: ' ' }, '/name'],
    [{ scope: 'mailbox' }, '/mailboxId'],
    [{ scope: 'mailbox', mailboxId: 4711 }, '/mailboxId'],
    [{ mailboxId: 1 }, '/mailboxId'],
    [{ status: 'new' }, '/status'],
    [{ tags: [' '] }, '/tags/0'],
  ])('with %j is refused by the field', async (faulty, pointer) => {
    const { lea } = await people();
    const body = { scope: 'own', name: 'x', text: 'x', ...faulty };
    const answer = await call('POST', '/v1/canned-replies', { ...lea, body });
    expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
    expect(await db`select id from canned_replies`).toEqual([]);
  });
});

describe('rendering', () => {
  test('fills in what the request says, asks for the rest, and changes nothing', async () => {
    const { ann } = await people();
    const place = await insertDesk(db);
    const requestId = await insertRequest(db, place);
    const text =
      'Dear {{ contact.name }}, {{ request.subject }} #{{ request.id }}: {{ parcel }} of {{ mailbox.name }}. {{ operator.name }}';
    const effects = { status: 'closed', category: 'parcels', tags: ['sent'] };
    const { id } = await added(ann, { scope: 'own', name: 'x', text, ...effects });
    const render = async (values?: object) => {
      const body = values === undefined ? { requestId } : { requestId, values };
      return (await call('POST', `/v1/canned-replies/${id}/render`, { ...ann, body })).json();
    };
    expect(await render()).toEqual({
      text: `Dear Maria, My parcel #${requestId}:  of Support. Ann`,
      unfilled: ['parcel'],
      ...effects,
    });
    expect(await render({ parcel: 'No. 7', 'contact.name': 'Mia' })).toMatchObject({
      text: `Dear Mia, My parcel #${requestId}: No. 7 of Support. Ann`,
      unfilled: [],
    });
    expect(await db`select status, tags from requests`).toEqual([{ status: 'new', tags: [] }]);
  });

  test('names the fields that contacts are shown, and asks for those without a value', async () => {
    const { ann, lea } = await people();
    const requestId = await insertRequest(db, await insertDesk(db));
    for (const [key, kind, shownToContacts] of [
      ['serial-no', 'text', true],
      ['paid', 'yes_no', true],
      ['due', 'date', true],
      ['cost', 'number', false],
    ] as const)
      await call('POST', '/v1/fields', { ...lea, body: { key, name: key, kind, shownToContacts } });
    const fields = { 'serial-no': 'S <1>', paid: false, cost: 5 };
    await call('PATCH', `/v1/requests/${requestId}`, { ...ann, body: { fields } });
    const text = ['serial-no', 'paid', 'due', 'cost'].map((key) => `{{ fields.${key} }}`).join('; ');
    const { id } = await added(ann, { scope: 'own', name: 'x', text });
    const rendered = await call('POST', `/v1/canned-replies/${id}/render`, { ...ann, body: { requestId } });
    expect(await rendered.json()).toMatchObject({
      text: 'S <1>; no; ; ',
      unfilled: ['fields.due', 'fields.cost'],
    });
    const preview = await call('POST', '/v1/canned-replies/preview', { ...ann, body: { text } });
    expect(await preview.json()).toEqual({ text: 'serial-no; yes; 2026-12-24; ', unfilled: ['fields.cost'] });
  });

  test('is refused for a request of another mailbox, or one that is not seen', async () => {
    const { lea } = await people();
    const { mailboxId } = await insertDesk(db);
    const sales = await insertDesk(db, 'sales@example.com');
    const requestId = await insertRequest(db, sales);
    const { id } = await added(lea, { scope: 'mailbox', mailboxId, name: 'x', text: 'x' });
    const path = `/v1/canned-replies/${id}/render`;
    const elsewhere = await call('POST', path, { ...lea, body: { requestId } });
    expect((await problemOf(elsewhere, 400, 'invalid_input')).errors).toMatchObject([
      { pointer: '/requestId' },
    ]);
    await problemOf(await call('POST', path, { ...lea, body: { requestId: 4711 } }), 404, 'not_found');
  });
});

describe('a reply with all that comes with it', () => {
  const desk = async () => {
    const { ann, lea } = await people();
    const place = await insertDesk(db);
    const id = await insertRequest(db, place);
    await insertInbound(db, place, id);
    await call('PATCH', `/v1/requests/${id}`, { ...ann, body: { tags: ['old'], category: 'post' } });
    const send = async (effects: object, more: object = {}) =>
      call('POST', `/v1/requests/${id}/messages`, {
        ...ann,
        body: { text: 'It is on its way.', holdSeconds: 60, effects, ...more },
      });
    const now = async () =>
      (await call('GET', `/v1/requests/${id}`, ann)).json() as Promise<Record<string, unknown>>;
    const takeBack = (messageId: number, by: By = ann) =>
      call('POST', `/v1/messages/${messageId}/take-back`, by);
    return { ann, lea, place, id, send, now, takeBack };
  };
  const idOf = async (answer: Response) => ((await answer.json()) as { id: number }).id;
  const states = async () =>
    (await db`select kind, state from deliveries order by id`).map(({ kind, state }) => `${kind} ${state}`);

  test.each(['pending', 'resolved', 'closed'])(
    'leaves the request %s, and taken back as it was',
    async (status) => {
      const { id, send, now, takeBack, ann } = await desk();
      const messageId = await idOf(await send({ status, category: 'parcels', addTags: ['old', 'new'] }));
      expect(await now()).toMatchObject({ status, category: 'parcels', tags: ['old', 'new'] });
      expect(await states()).toEqual(['reply held', ...(status === 'closed' ? ['notice queued'] : [])]);
      expect(await db`select id from messages where kind = 'note'`).toEqual([]);

      expect(await (await takeBack(messageId)).json()).toMatchObject({ delivery: { state: 'cancelled' } });
      expect(await now()).toMatchObject({ status: 'in_progress', category: 'post', tags: ['old'] });
      expect(await states()).toEqual([
        'reply cancelled',
        ...(status === 'closed' ? ['notice cancelled'] : []),
      ]);
      expect(await (await call('GET', `/v1/requests/${id}/drafts/reply`, ann)).json()).toMatchObject({
        text: 'It is on its way.',
      });
      await problemOf(await takeBack(messageId), 409, 'wrong_state');
    },
  );

  test('is refused as a whole: nothing is sent where a tag is one too many', async () => {
    const { id, ann, send, now } = await desk();
    const tags = Array.from({ length: 50 }, (_, index) => `tag ${index}`);
    await call('PATCH', `/v1/requests/${id}`, { ...ann, body: { tags } });
    const refused = await problemOf(
      await send({ status: 'closed', addTags: ['one more'] }),
      400,
      'invalid_input',
    );
    expect(refused).toMatchObject({ errors: [{ pointer: '/effects/addTags' }] });
    for (const [effects, pointer] of [
      [{ category: '\u0001' }, '/effects/category'],
      [{ fields: { unknown: 'x' } }, '/effects/fields/unknown'],
    ] as const) {
      const named = await problemOf(await send(effects), 400, 'invalid_input');
      expect(named).toMatchObject({ errors: [{ pointer }] });
    }
    expect(await now()).toMatchObject({ status: 'new', tags });
    expect(await states()).toEqual([]);
  });

  test('taken back, leaves what others have changed since, and their text below its own', async () => {
    const { id, ann, lea, send, now, takeBack } = await desk();
    const messageId = await idOf(await send({ status: 'pending', category: 'parcels', addTags: ['new'] }));
    await call('PATCH', `/v1/requests/${id}`, { ...lea, body: { category: 'lost', addTags: ['lea'] } });
    await call('POST', `/v1/requests/${id}/resolve`, { ...lea, body: { notes: 'By phone.' } });
    await call('PUT', `/v1/requests/${id}/drafts/reply`, { ...ann, body: { version: 0, text: 'And more.' } });
    await takeBack(messageId);
    expect(await now()).toMatchObject({ status: 'resolved', category: 'lost', tags: ['old', 'lea'] });
    const { text } = (await (await call('GET', `/v1/requests/${id}/drafts/reply`, ann)).json()) as Draft;
    expect(text).toBe('It is on its way.\n\nAnd more.');
  });

  test('gives its files back to the draft, and is nobody’s to take back but its author’s and a lead’s', async () => {
    const { id, ann, place, send, takeBack } = await desk();
    await call('POST', `/v1/requests/${id}/drafts/reply/files`, { ...ann, ...fileForm('a.txt', 'Read me') });
    const [draft] = await db<{ id: number; version: number }[]>`select id, version from drafts`;
    const messageId = await idOf(await send({}, { draft, cc: [] }));
    expect(await db`select id from drafts`).toEqual([]);
    const { bob } = await testPeople(deps, ['Bob']);
    await problemOf(await takeBack(messageId, bob), 403, 'forbidden');
    const { eve } = await otherTeam(deps);
    await problemOf(await takeBack(messageId, eve), 404, 'not_found');
    const [note] = await db<
      { id: number }[]
    >`select id from messages where kind = 'inbound' and mailbox_id = ${place.mailboxId}`;
    await problemOf(await takeBack(note?.id ?? 0), 404, 'not_found');
    await takeBack(messageId);
    expect(await (await call('GET', `/v1/requests/${id}/drafts/reply`, ann)).json()).toMatchObject({
      cc: [],
      files: [{ name: 'a.txt', size: 7 }],
    });
  });
});
