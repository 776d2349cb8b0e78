import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testPeople } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { handed, mailOf, postBatch } from '../support/intake.ts';
import { NEW, ownDesk } from '../support/own-desk.ts';
import { MARIA } from '../support/requester.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

let made: Awaited<ReturnType<typeof ownDesk>>;
beforeEach(async () => {
  made = await ownDesk(db, parsePool);
});

describe('the fields that contacts are shown', () => {
  const FIELDS = [
    { key: 'where-to', name: 'Where', kind: 'one_of', options: ['home', 'work'], help: 'Where it goes.' },
    { key: 'parts', name: 'Parts', kind: 'several_of', options: ['a', 'b'] },
    { key: 'weight', name: 'Weight', kind: 'number', neededToResolve: true },
    { key: 'risk', name: 'Risk', kind: 'text', shownToContacts: false },
  ];
  const defined = async () => {
    const { lea } = await testPeople(made.deps, ['Lea']);
    const as = { token: lea.token };
    for (const field of FIELDS) {
      const body = { shownToContacts: true, ...field };
      expect((await made.call('POST', '/v1/fields', { ...as, body })).status).toBe(201);
    }
    const path = `/v1/mailboxes/${made.mailbox.id}/templates/created/en`;
    const text =
      'To: {{ fields.where-to }}. Parts: {{ fields.parts }}. {% if fields.weight %}Weighed.{% endif %}';
    expect((await made.call('PUT', path, { ...as, body: { text, html: null } })).status).toBe(200);
    return as;
  };
  const values = { 'where-to': 'home', parts: ['b', 'a'] };

  test('are asked when a request is opened, named in the notice of that, and changed until it is taken', async () => {
    const { maria, operator, call } = made;
    await defined();
    const { mailboxes } = await maria<{ mailboxes: object[] }>('GET', '/v1/my-requests/mailboxes');
    expect(mailboxes).toEqual([]);
    await db`update mailboxes set offers_form = true`;
    expect(await maria('GET', '/v1/my-requests/mailboxes')).toEqual({
      mailboxes: [
        {
          address: NEW.mailbox,
          name: expect.any(String),
          fields: [
            {
              key: 'where-to',
              name: 'Where',
              kind: 'one_of',
              options: ['home', 'work'],
              help: 'Where it goes.',
            },
            { key: 'parts', name: 'Parts', kind: 'several_of', options: ['a', 'b'], help: '' },
            { key: 'weight', name: 'Weight', kind: 'number', options: [], help: '' },
          ],
        },
      ],
    });
    const opened = await maria('POST', '/v1/my-requests', { ...NEW, fields: values });
    const stored = { 'where-to': 'home', parts: ['a', 'b'] };
    expect(opened).toMatchObject({ fields: stored });
    expect(await operator('GET', `/v1/requests/${opened.id}`)).toMatchObject({ fields: stored });
    expect(await db`select text from messages where kind = 'automatic'`).toEqual([
      { text: 'To: home. Parts: a, b. ' },
    ]);
    const path = `/v1/my-requests/${opened.id}`;
    expect(await maria('PATCH', path, { fields: { weight: 2.5, parts: null } })).toMatchObject({
      fields: { 'where-to': 'home', weight: 2.5 },
    });
    await operator('POST', `/v1/requests/${opened.id}/take`);
    const late = await call('PATCH', path, { token: MARIA, body: { fields: { weight: 1 } } });
    await problemOf(late, 409, 'wrong_state');
  });

  test.each([
    [{ 'where-to': 'moon' }, '/fields/where-to', 'must be one of home, work'],
    [{ weight: '5' }, '/fields/weight', 'must be a number'],
    [{ risk: 'high' }, '/fields/risk', 'is not a field here'],
    [{ nothing: 1 }, '/fields/nothing', 'is not a field here'],
  ])(
    'refuse %j by name, as they do for operators, and nothing is filed or changed',
    async (fields, pointer, detail) => {
      const { maria, call } = made;
      await defined();
      const { id } = await maria('POST', '/v1/my-requests', { ...NEW, fields: values });
      for (const [method, path, body] of [
        ['POST', '/v1/my-requests', { ...NEW, fields }],
        ['PATCH', `/v1/my-requests/${id}`, { subject: 'Other', fields }],
      ] as const) {
        const refused = await call(method, path, { token: MARIA, body });
        const { errors } = await problemOf(refused, 400, 'invalid_input');
        expect(errors).toEqual([{ pointer, detail }]);
      }
      expect(await db`select subject, fields ? 'risk' as risky from requests`).toEqual([
        { subject: NEW.subject, risky: false },
      ]);
    },
  );

  test('keep what they were given while it waited for a person, but what they take no more', async () => {
    const as = await defined();
    await db`update mailboxes set denied_senders = '{example.org}'`;
    const long = 'x'.repeat(2000);
    await made.call('POST', '/v1/fields', {
      ...as,
      body: { key: 'story', name: 'Story', kind: 'text', shownToContacts: true },
    });
    const body = { ...NEW, fields: { ...values, story: long } };
    expect((await made.call('POST', '/v1/my-requests', { token: MARIA, body })).status).toBe(202);
    await db`update fields set options = '{work}' where key = 'where-to'`;
    const [intake] = await db<{ id: number }[]>`select id from intake where reason = 'denied_sender'`;
    await made.operator('POST', `/v1/intake/${intake?.id}/release`, {});
    expect(await db`select fields from requests`).toEqual([{ fields: { parts: ['a', 'b'], story: long } }]);
  });

  test('are given by nobody’s email, whatever its headers say', async () => {
    await defined();
    const code = Buffer.from(JSON.stringify({ 'where-to': 'home' })).toString('base64');
    const raw = mailOf({ from: 'Maria <maria@example.org>', text: 'It burns.' });
    await postBatch(made, [
      handed(made.clock.now(), { raw: Buffer.from(`X-Mailroom-Fields: ${code}\r\n${raw}`) }),
    ]);
    expect(await db`select fields from requests`).toEqual([{ fields: {} }]);
  });
});
