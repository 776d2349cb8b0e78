import { afterAll, describe, expect, test } from 'vitest';
import { judgeRules, type MailFacts, readyRule } from '../../src/intake/rules/matching/judge-rules.ts';
import { listMailRules } from '../../src/intake/rules/rule-queries.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { problemOf, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { receive, testMailbox } from '../support/intake.ts';
import { P1, ruleDesk, RULES, VIP } from '../support/rule-desk.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

const desk = () => ruleDesk(db, parsePool);

const factsWith = (text: string): MailFacts => ({
  senders: ['carla@customer.example'],
  recipients: [],
  subject: 'Hello',
  text,
  headers: () => [],
  language: () => null,
  hasAttachment: false,
  class: 'human',
});

describe('a rule that hits', () => {
  test('sets fields of the request that an email opens, and is an event with its name', async () => {
    const made = await desk();
    const { id: ruleId } = await made.rule({
      conditions: [VIP],
      actions: [P1, { type: 'tags', value: ['vip'] }, { type: 'category', value: 'billing' }],
    });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({
      priority: 'P1',
      tags: ['vip'],
      category: 'billing',
      status: 'new',
    });
    expect(await made.events(1, 'rule.applied')).toEqual([
      { ruleId, rule: 'VIP', priority: 'P1', tags: ['vip'], category: 'billing' },
    ]);
    expect(await made.notices()).toEqual(['created']);
  });

  test('sets fields of the request that an email joins, and leaves those that it has', async () => {
    const made = await desk();
    await receive(made, {});
    await made.call('PATCH', '/v1/requests/1', { tags: ['old'] });
    await made.rule({
      conditions: [{ field: 'request', value: 'joined' }],
      actions: [P1, { type: 'tags', value: ['again'] }],
    });
    expect(await receive(made, {})).toMatchObject({ outcome: 'appended', requestId: 1 });
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({
      priority: 'P1',
      tags: ['old', 'again'],
    });
    expect(await made.events(1, 'rule.applied', 'request.edited')).toEqual([
      { tags: ['old'] },
      { priority: 'P1', tags: ['old', 'again'] },
      { ruleId: 1, rule: 'VIP', priority: 'P1', tags: ['again'] },
    ]);
  });

  test('sets values of fields, and fails alone once its field does not take the value any more', async () => {
    const made = await desk();
    const { id: fieldId } = await made.call('POST', '/v1/fields', {
      key: 'environment',
      name: 'Environment',
      kind: 'one_of',
      options: ['prod', 'test'],
    });
    await made.call('POST', '/v1/fields', { key: 'cost', name: 'Cost', kind: 'number' });
    const set = (key: string, value: unknown) => ({ type: 'field', key, value });
    for (const [actions, pointer] of [
      [[set('environment', 'moon')], '/actions/0/value'],
      [[P1, set('cost', '5')], '/actions/1/value'],
      [[set('impact', 'all')], '/actions/0/key'],
      [[set('cost', 5), set('cost', 6)], '/actions/1/key'],
    ] as const) {
      const body = { name: 'VIP', actions };
      const problem = await problemOf(
        await made.request('POST', RULES, { token: made.lea.token, body }),
        400,
        'invalid_input',
      );
      expect(problem.errors).toMatchObject([{ pointer }]);
    }
    const { id: ruleId } = await made.rule({
      conditions: [VIP],
      actions: [set('environment', 'test'), set('cost', 5)],
    });
    const other = await made.rule({ name: 'All', actions: [P1] });
    await receive(made, {});
    const found = { fields: { environment: 'test', cost: 5 }, priority: 'P1' };
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject(found);
    expect(await made.events(1, 'rule.applied')).toEqual([
      { ruleId, rule: 'VIP', field: { environment: 'test', cost: 5 } },
      { ruleId: other.id, rule: 'All', priority: 'P1' },
    ]);
    await made.call('PATCH', `/v1/fields/${fieldId}`, { options: ['prod'], replace: { test: 'prod' } });
    const { requestId = 0 } = (await receive(made, { from: 'carl@customer.example' })) as any;
    expect(await made.call('GET', `/v1/requests/${requestId}`)).toMatchObject({ fields: {}, priority: 'P1' });
    expect(await made.events(requestId, 'rule.failed')).toEqual([
      { ruleId, rule: 'VIP', error: expect.stringContaining('fields.environment: must be one of prod') },
    ]);
    const hitBy = async (rules: string): Promise<number[]> => {
      const { items } = await made.call('GET', `/v1/requests?${rules}&sort=id`);
      return (items as unknown as { id: number }[]).map(({ id }) => id);
    };
    expect(await hitBy(`rule=${ruleId}`)).toEqual([1]);
    expect(await hitBy(`rule=${ruleId}&rule=${other.id}`)).toEqual([1, requestId]);
    await made.call('DELETE', `${RULES}/${ruleId}`);
    expect(await hitBy(`rule=${ruleId}`)).toEqual([1]);
  });

  test('assigns what is nobody’s, writes a note, and tells who is named in it', async () => {
    const made = await desk();
    const bob = await testOperator(made.deps, { name: 'Bob' });
    await made.rule({
      actions: [
        { type: 'assign', value: bob.id },
        { type: 'note', value: 'Ask @Lea first.' },
      ],
    });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({
      status: 'in_progress',
      assignee: { id: bob.id },
    });
    expect(await made.events(1, 'operator.mentioned')).toMatchObject([{ operatorId: made.lea.id }]);
    await receive(made, {});
    expect((await made.events(1, 'rule.applied')).at(-1)).toMatchObject({ skipped: ['assign'] });
  });

  test('gives to a team what is with none', async () => {
    const made = await desk();
    const [team] = await db<{ id: number }[]>`
      insert into teams (name, created_at, updated_at) values ('Billing', now(), now()) returning id`;
    await made.rule({ actions: [{ type: 'team', value: team!.id }] });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({
      status: 'new',
      team: { name: 'Billing' },
    });
    expect(await made.events(1, 'rule.applied')).toEqual([{ ruleId: 1, rule: 'VIP', team: team!.id }]);
  });

  test('closes without any notice', async () => {
    const made = await desk();
    await made.rule({ conditions: [{ field: 'subject', value: ['news'] }], actions: [{ type: 'close' }] });
    expect(await receive(made, { subject: 'Our News of May' })).toMatchObject({ outcome: 'opened' });
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ status: 'closed' });
    expect(await made.events(1, 'request.closed')).toMatchObject([{ reason: 'rule', notify: false }]);
    expect(await made.notices()).toEqual([]);
    // The next email of the same person does not join what is closed.
    expect(await receive(made, {})).toMatchObject({ outcome: 'opened', requestId: 2 });
  });

  test('closes another contact’s request that the sender takes part in', async () => {
    const made = await desk();
    await receive(made, { cc: 'dora@customer.example' });
    await made.rule({ conditions: [{ field: 'request', value: 'joined' }], actions: [{ type: 'close' }] });
    const [notice] = await db<
      { id: string }[]
    >`select internet_message_id as id from messages where notice is not null`;
    const joined = await receive(made, { from: 'dora@customer.example', inReplyTo: notice!.id });
    expect(joined).toMatchObject({ outcome: 'appended', requestId: 1 });
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ status: 'closed' });
  });

  test('and says stop keeps the rules after it from being tried', async () => {
    const made = await desk();
    await made.rule({ name: 'First', actions: [{ type: 'tags', value: ['first'] }], stop: true });
    await made.rule({ name: 'Second', actions: [{ type: 'tags', value: ['second'] }] });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ tags: ['first'] });
    await made.call('PATCH', `${RULES}/2`, { position: 1 });
    await receive(made, { from: 'other@customer.example' });
    expect(await made.call('GET', '/v1/requests/2')).toMatchObject({ tags: ['second', 'first'] });
  });

  test('acts once for an email that is handed over twice', async () => {
    const made = await desk();
    await made.rule({ actions: [{ type: 'note', value: 'Seen.' }] });
    await receive(made, { messageId: '<one@customer.example>' }, { id: 'one' });
    await receive(made, { messageId: '<one@customer.example>' }, { id: 'one' });
    expect(await made.events(1, 'rule.applied')).toHaveLength(1);
    expect(await db`select id from messages where kind = 'note'`).toHaveLength(1);
  });

  test('acts on what an operator releases from quarantine, and answers nobody there', async () => {
    const made = await desk();
    const answer = await made.canned('Thanks.');
    await made.rule({ actions: [P1, { type: 'answer', value: answer }] });
    await db`update mailboxes set denied_senders = '{customer.example}'`;
    expect(await receive(made, {})).toMatchObject({ outcome: 'quarantined' });
    await made.call('POST', '/v1/intake/1/release');
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ priority: 'P1' });
    expect(await made.events(1, 'rule.applied')).toMatchObject([{ priority: 'P1', skipped: ['answer'] }]);
    expect(await made.notices()).toEqual([]);
  });
});

describe('what conditions look at', () => {
  const mail = {
    from: 'Carla <carla@shop.customer.example>',
    to: 'sales+web@desk.example.com, support@desk.example.com, Eva <eva@xn--mller-kva.example>',
    subject: 'Rechnung № 4711 überfällig',
    text: 'Please send the refunded amount to\r\nour party today, thank you very much for your help.\r\n\r\n> art is quoted',
    headers: ['X-Priority: 1 (Highest)', 'X-Tag: =?utf-8?q?J=C3=A4ger?='],
  };
  const CONDITIONS = [
    ['the sender', { field: 'sender', value: ['carla@shop.customer.example'] }, true],
    ['its domain', { field: 'sender', value: ['nobody.example', 'customer.example'] }, true],
    ['a part of its domain', { field: 'sender', value: ['tomer.example'] }, false],
    ['the sender by *', { field: 'sender', value: ['carla@*.example'] }, true],
    ['a domain by *', { field: 'sender', value: ['shop.*'] }, true],
    ['another sender', { field: 'sender', value: ['*@other.example'] }, false],
    ['a recipient', { field: 'recipient', value: ['sales+web@desk.example.com'] }, true],
    ['a domain of any letters', { field: 'recipient', value: ['müller.example'] }, true],
    ['a domain of any letters by *', { field: 'recipient', value: ['*@müller.example'] }, true],
    ['another recipient', { field: 'recipient', value: ['sales@desk.example.com'] }, false],
    ['the subject', { field: 'subject', value: ['rechnung', 'x'] }, true],
    ['the subject by *', { field: 'subject', value: ['RECHNUNG*ÜBERFÄLLIG'] }, true],
    ['the subject in another order', { field: 'subject', value: ['überfällig*rechnung'] }, false],
    ['what it is not about', { field: 'subject', value: ['offer'], not: true }, true],
    ['a word', { field: 'words', value: ['party'] }, true],
    ['a part of a word', { field: 'words', value: ['art'] }, false],
    ['the beginning of a word', { field: 'words', value: ['refund*'] }, true],
    ['words across lines', { field: 'words', value: ['to our party'] }, true],
    ['a word of the subject', { field: 'words', value: ['4711'] }, true],
    ['words that are quoted', { field: 'words', value: ['quoted'] }, false],
    ['a header', { field: 'header', name: 'x-priority', value: ['highest'] }, true],
    ['a header that is there', { field: 'header', name: 'X-Priority', value: [] }, true],
    ['a header that is not there', { field: 'header', name: 'X-None', value: [] }, false],
    ['a header in encoded words', { field: 'header', name: 'x-tag', value: ['jäger'] }, true],
    ['the language', { field: 'language', value: ['en'] }, true],
    ['another language', { field: 'language', value: ['ru', 'other'] }, false],
    ['that a file is attached', { field: 'attachment', value: true }, false],
    ['that no file is attached', { field: 'attachment', value: false }, true],
    ['its class', { field: 'class', value: ['human', 'list'] }, true],
    ['another class', { field: 'class', value: ['bounce'] }, false],
    ['that it opens a request', { field: 'request', value: 'new' }, true],
    ['that it joins one', { field: 'request', value: 'joined' }, false],
  ] as const;

  test('is the same when an email is filed and in a dry run', async () => {
    const made = await desk();
    for (const [name, condition] of CONDITIONS)
      await made.rule({ conditions: [condition], actions: [{ type: 'tags', value: [name] }] });
    await receive(made, mail);
    const holding = CONDITIONS.filter(([, , hits]) => hits).map(([name]) => name);
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ tags: holding });
    for (const [, condition, hits] of CONDITIONS) {
      const tried = await made.call('POST', `${RULES}/dry-run`, { conditions: [condition] });
      const reasons = [{ condition: 0, value: expect.any(String) }];
      expect(tried).toMatchObject({ looked: 1, failed: null });
      expect(tried.hits).toMatchObject(hits ? [{ requestId: 1, messageId: 1, reasons }] : []);
    }
  });

  test('is all of them or any, as the rule says', async () => {
    const made = await desk();
    const conditions = [VIP, { field: 'subject', value: ['offer'] }];
    await made.rule({ conditions, actions: [{ type: 'tags', value: ['all'] }] });
    await made.rule({ conditions, match: 'any', actions: [{ type: 'tags', value: ['any'] }] });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ tags: ['any'] });
  });

  test('leaves an automatic reply alone unless a rule asks for its class', async () => {
    const made = await desk();
    await receive(made, {});
    const [notice] = await db<
      { id: string }[]
    >`select internet_message_id as id from messages where notice is not null`;
    await made.rule({ name: 'All', actions: [P1] });
    await made.rule({
      name: 'Away',
      conditions: [{ field: 'class', value: ['auto_reply'] }],
      actions: [{ type: 'tags', value: ['away'] }],
    });
    const reply = { inReplyTo: notice!.id, headers: ['Auto-Submitted: auto-replied'] };
    expect(await receive(made, reply)).toMatchObject({ outcome: 'recorded' });
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ priority: 'P3', tags: ['away'] });
  });
});

describe('a rule that fails', () => {
  test('loses no email: it is filed with the other rules, and the failure is recorded', async () => {
    const made = await desk();
    const answer = await made.canned('Thanks.');
    await made.rule({ name: 'Answers', actions: [{ type: 'answer', value: answer }] });
    await made.rule({ actions: [P1, { type: 'note', value: 'Important.' }] });
    await made.call('DELETE', `/v1/canned-replies/${answer}`);
    expect(await receive(made, {})).toMatchObject({ status: 'accepted', outcome: 'opened', requestId: 2 });
    expect(await made.call('GET', '/v1/requests/2')).toMatchObject({ priority: 'P1' });
    expect(await made.events(2, 'rule.failed')).toMatchObject([{ ruleId: 1, rule: 'Answers' }]);
    expect(await made.events(2, 'rule.applied')).toMatchObject([{ rule: 'VIP', priority: 'P1' }]);
    expect(await db`select kind from messages where request_id = 2 order by id`).toEqual([
      { kind: 'inbound' },
      { kind: 'automatic' },
      { kind: 'note' },
    ]);
    const { items } = (await made.call('GET', RULES)) as unknown as { items: object[] };
    expect(items[0]).toMatchObject({ failures: 1, lastError: expect.stringContaining('canned reply') });
    // The operator mends it: what it failed at is forgotten.
    const mended = await made.call('PATCH', `${RULES}/1`, { actions: [P1] });
    expect(mended).toMatchObject({ failures: 0, lastError: null, failedAt: null });
  });

  test.each<[string, (made: Awaited<ReturnType<typeof desk>>) => Promise<[object, () => Promise<unknown>]>]>([
    [
      'a team that is removed',
      async ({ call }) => {
        const { id } = await call('POST', '/v1/teams', { name: 'Gone' });
        return [{ type: 'team', value: id }, () => call('DELETE', `/v1/teams/${id}`)];
      },
    ],
    [
      'a team that serves other mailboxes now',
      async ({ call, deps }) => {
        const { id } = await call('POST', '/v1/teams', { name: 'Away' });
        const other = await testMailbox(deps, 'other@desk.example.com');
        return [
          { type: 'team', value: id },
          () => call('PATCH', `/v1/teams/${id}`, { mailboxIds: [other.id] }),
        ];
      },
    ],
    [
      'an operator who has left',
      async ({ call, deps }) => {
        const ben = await testOperator(deps, { name: 'Ben', role: 'agent' });
        return [
          { type: 'assign', value: ben.id },
          () => call('PATCH', `/v1/operators/${ben.id}`, { active: false }),
        ];
      },
    ],
    [
      'a field that is removed',
      async ({ call }) => {
        const { id } = await call('POST', '/v1/fields', { key: 'cost', name: 'Cost', kind: 'number' });
        return [{ type: 'field', key: 'cost', value: 5 }, () => call('DELETE', `/v1/fields/${id}`)];
      },
    ],
  ])('because of %s loses no email', async (_, prepare) => {
    const made = await desk();
    await db`update operators set role = 'admin' where id = ${made.lea.id}`;
    const [action, goes] = await prepare(made);
    await made.rule({ name: 'Old', actions: [action] });
    await made.rule({ actions: [P1] });
    await goes();
    expect(await receive(made, {})).toMatchObject({ outcome: 'opened', requestId: 2 });
    expect(await made.call('GET', '/v1/requests/2')).toMatchObject({
      priority: 'P1',
      fields: {},
      assignee: null,
      team: null,
    });
    expect(await made.events(2, 'rule.failed')).toMatchObject([{ rule: 'Old' }]);
  });

  test('to agree with another is not one: the later sets, the earlier is asked first to close', async () => {
    const made = await desk();
    await made.rule({ name: 'First', actions: [P1, { type: 'category', value: 'a' }, { type: 'close' }] });
    const low = { type: 'priority', value: 'P4' };
    await made.rule({ name: 'Second', actions: [low, { type: 'category', value: 'b' }, { type: 'close' }] });
    const yes = { field: 'attachment', value: true };
    await made.rule({ name: 'Never', conditions: [yes, { ...yes, not: true }], actions: [P1] });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({
      priority: 'P4',
      category: 'b',
      status: 'closed',
    });
    expect(await made.events(1, 'rule.failed')).toEqual([]);
    expect(await made.events(1, 'request.closed')).toHaveLength(1);
  });

  test('in the database, with what it would have done undone, loses none either', async () => {
    const made = await desk();
    await made.rule({ name: 'Good', actions: [{ type: 'tags', value: ['good'] }] });
    await made.rule({ name: 'Bad', actions: [P1, { type: 'note', value: 'x' }] });
    await db.unsafe(`
      create function refuse_note() returns trigger language plpgsql as $$ begin raise exception 'no notes'; end $$;
      create trigger no_notes before insert on messages for each row when (new.kind = 'note') execute function refuse_note()`);
    expect(await receive(made, {})).toMatchObject({ outcome: 'opened' });
    await db`drop function refuse_note cascade`;
    expect(await made.call('GET', '/v1/requests/2')).toMatchObject({ priority: 'P3', tags: ['good'] });
    expect(await made.events(2, 'rule.failed')).toMatchObject([{ rule: 'Bad', error: 'no notes (P0001)' }]);
  });

  test('for patterns made to be slow costs its own limit, not the email', async () => {
    const made = await desk();
    const text = `${'a'.repeat(49_000)} b`;
    const slow = Array.from({ length: 20 }, (_, length) => ({
      field: 'words',
      value: Array.from({ length: 50 }, (__, index) => 'a'.repeat(20 * length + index)).filter(Boolean),
      not: true,
    })).map((each) => ({ ...each, value: each.value.map((value) => value.slice(0, 190)) }));
    await made.rule({ name: 'Slow', conditions: slow, actions: [P1] });
    const stars = { field: 'words', value: [`${'a*'.repeat(90)}c`] };
    await made.rule({ name: 'Stars', conditions: [{ ...stars, not: true }], actions: [P1] });
    expect(await receive(made, { text })).toMatchObject({ outcome: 'opened' });
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ priority: 'P1' });
    expect(await made.events(1, 'rule.failed')).toMatchObject([
      { rule: 'Slow', error: 'it searches more than a rule may' },
    ]);

    const rules = (await listMailRules(db, 1)).map(readyRule);
    const facts = factsWith(text);
    const before = process.cpuUsage();
    judgeRules(rules, facts);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });
});

describe('the interface of rules', () => {
  const REFUSED = [
    [{ actions: [] }, '/actions'],
    [{ conditions: [{ field: 'subject', value: [''] }], actions: [P1] }, '/conditions/0/value/0'],
    [{ conditions: [VIP, { field: 'subject', value: ['**'] }], actions: [P1] }, '/conditions/1/value/0'],
    [
      { conditions: [{ field: 'sender', value: ['not an address'] }], actions: [P1] },
      '/conditions/0/value/0',
    ],
    [{ conditions: [{ field: 'weather', value: ['x'] }], actions: [P1] }, '/conditions/0/field'],
    [{ conditions: [{ field: 'class', value: ['own'] }], actions: [P1] }, '/conditions/0/value/0'],
    [{ actions: [P1, P1] }, '/actions/1/type'],
    [{ actions: [{ type: 'assign', value: 99 }] }, '/actions/0/value'],
    [{ actions: [{ type: 'answer', value: 99 }] }, '/actions/0/value'],
    [{ actions: [{ type: 'team', value: 99 }] }, '/actions/0/value'],
    [{ actions: [{ type: 'tell' }] }, '/actions/0/type'],
    [{ actions: [{ type: 'close' }], trigger: 'time' }, '/afterDays'],
    [{ actions: [{ type: 'close' }], afterDays: 3 }, '/afterDays'],
    [{ actions: [{ type: 'close' }], trigger: 'time', afterDays: 3, conditions: [VIP] }, '/conditions'],
    [{ actions: [{ type: 'close' }], trigger: 'time', afterDays: 3, stop: true }, '/stop'],
    [{ actions: [P1], position: 3 }, '/position'],
  ] as const;

  test('refuses what a rule cannot do and names the field', async () => {
    const made = await desk();
    const { token } = made.lea;
    for (const [body, pointer] of REFUSED) {
      const response = await made.request('POST', RULES, { token, body: { name: 'VIP', ...body } });
      const { errors } = await problemOf(response, 400, 'invalid_input');
      expect([body, errors]).toMatchObject([body, [{ pointer }]]);
    }
    expect(await db`select id from rules`).toEqual([]);
  });

  test('keeps rules in order while they are added, moved and removed', async () => {
    const made = await desk();
    for (const name of ['A', 'B', 'C']) await made.rule({ name, actions: [P1] });
    await made.rule({ name: 'D', actions: [P1], position: 1 });
    const names = async () =>
      (
        (await made.call('GET', RULES)) as unknown as { items: { name: string; position: number }[] }
      ).items.map(({ name, position }) => `${position}${name}`);
    expect(await names()).toEqual(['1D', '2A', '3B', '4C']);
    await made.call('PATCH', `${RULES}/1`, { position: 4 });
    expect(await names()).toEqual(['1D', '2B', '3C', '4A']);
    await made.call('DELETE', `${RULES}/2`);
    expect(await names()).toEqual(['1D', '2C', '3A']);
  });

  test('lets a rule that was switched off do nothing from the next email on', async () => {
    const made = await desk();
    await made.rule({ actions: [P1] });
    await made.call('PATCH', `${RULES}/1`, { enabled: false });
    await receive(made, {});
    expect(await made.call('GET', '/v1/requests/1')).toMatchObject({ priority: 'P3' });
  });
});
