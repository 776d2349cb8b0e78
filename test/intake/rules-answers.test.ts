import { afterAll, describe, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { receive } from '../support/intake.ts';
import { P1, ruleDesk, RULES } from '../support/rule-desk.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

const desk = () => ruleDesk(db, parsePool);

describe('an automatic answer', () => {
  test('goes in place of the created notice, once a request, with the words of the canned reply', async () => {
    const made = await desk();
    const answer = await made.canned('Hello {{ contact.name }}, about {{ request.id }}.');
    await made.rule({ actions: [{ type: 'answer', value: answer }] });
    await receive(made, {});
    expect(
      await db`
        select messages.text, notice, deliveries.kind
        from messages join deliveries on deliveries.message_id = messages.id`,
    ).toEqual([{ text: 'Hello Carla Contact, about 1.', notice: 'answer', kind: 'notice' }]);
    expect(made.wakes()).toBeGreaterThan(0);
    await receive(made, {});
    expect(await made.notices()).toEqual(['answer']);
    expect((await made.events(1, 'rule.applied')).at(-1)).toMatchObject({ skipped: ['answer'] });
  });

  test('and the created notice name what rules have set of the fields that contacts are shown', async () => {
    const made = await desk();
    for (const key of ['line', 'risk'])
      await made.call('POST', '/v1/fields', {
        key,
        name: key,
        kind: 'text',
        shownToContacts: key === 'line',
      });
    const set = (key: string) => ({ type: 'field', key, value: `the ${key}` });
    await made.rule({ actions: [set('line'), set('risk')] });
    const template = { text: 'On {{ fields.line }}.', html: null };
    await made.call('PUT', `/v1/mailboxes/${made.mailbox.id}/templates/created/en`, template);
    await receive(made, {});
    const hidden = await made.canned('{{ fields.risk }}');
    const refused = await made.request('POST', RULES, {
      token: made.lea.token,
      body: { name: 'Risky', actions: [{ type: 'answer', value: hidden }] },
    });
    await problemOf(refused, 400, 'invalid_input');
    const answer = await made.canned('It is {{ fields.line }}.');
    await made.rule({ name: 'Answers', actions: [{ type: 'answer', value: answer }] });
    await receive(made, { from: 'other@customer.example' });
    expect(
      await db`
        select text, (select message_count from requests where id = request_id) as messages
        from messages where notice is not null order by id`,
    ).toEqual([
      { text: 'On the line.', messages: 2 },
      { text: 'It is the line.', messages: 2 },
    ]);
  });

  test.each([
    [
      'a sender whose address is not genuine',
      { results: 'mx.google.com; spf=softfail smtp.mailfrom=customer.example' },
    ],
    ['a list', { headers: ['List-Id: <news.customer.example>'] }],
    ['a program that asks for no answer', { headers: ['X-Auto-Response-Suppress: All'] }],
  ])('does not go to %s', async (_, parts) => {
    const made = await desk();
    const answer = await made.canned('Thanks.');
    await made.rule({ actions: [P1, { type: 'answer', value: answer }] });
    expect(await receive(made, parts)).toMatchObject({ outcome: 'opened' });
    expect(await made.events(1, 'rule.applied')).toMatchObject([{ priority: 'P1', skipped: ['answer'] }]);
    expect(await made.notices()).toEqual([]);
  });

  test('is held by the caps on notices', async () => {
    const made = await desk();
    const answer = await made.canned('Thanks.');
    await made.rule({ actions: [{ type: 'answer', value: answer }] });
    await db`update mailboxes set notices_per_hour = 1`;
    await receive(made, {});
    await receive(made, { from: 'other@customer.example' });
    expect(await made.notices()).toEqual(['answer']);
    expect(await made.events(2, 'notice.held')).toEqual([{ notice: 'answer', cap: 'mailbox' }]);
  });
});
