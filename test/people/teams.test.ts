import { beforeEach, describe, expect, test } from 'vitest';
import { type CallOptions, problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertMailbox, insertRequest, testDesk } from '../support/desk.ts';

const { db, keep } = await testDatabase();
const made = testApp(db);
const desk = await testDesk(made.deps, ['Ada', 'Ann', 'Bob', 'Lea']);
const elsewhere = await insertMailbox(db, { address: 'sales@example.com', name: 'Sales' });
const mona = await testOperator(made.deps, { name: 'Mona', role: 'manager' });
const otto = await testOperator(made.deps, { name: 'Otto', role: 'lead' });
const billing = await json('POST', '/v1/teams', mona.token, {
  name: ' Billing ',
  memberIds: [desk.ann.id],
  leadIds: [desk.lea.id],
});
const putBack = await keep();
beforeEach(putBack);

async function call(method: string, path: string, token: string, body?: unknown, options: CallOptions = {}) {
  return made.call(method, path, { token, body, ...options });
}
async function json(method: string, path: string, token: string, body?: unknown): Promise<any> {
  const response = await call(method, path, token, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

describe('a team', () => {
  test('has members by name, those who lead it included', () => {
    expect(billing).toMatchObject({
      name: 'Billing',
      mailboxIds: null,
      members: [
        { id: desk.ann.id, name: 'Ann' },
        { id: desk.lea.id, name: 'Lea' },
      ],
      leads: [{ id: desk.lea.id, name: 'Lea' }],
      version: 1,
    });
  });

  test.each([
    [{ name: ' ' }, '/name'],
    [{ name: 'X', memberIds: [4711] }, '/memberIds/0'],
    [{ name: 'X', leadIds: [desk.lea.id, desk.ann.id] }, '/leadIds/1'],
    [{ name: 'X', mailboxIds: [4711] }, '/mailboxIds/0'],
    [{ name: 'X', mailboxIds: [] }, '/mailboxIds'],
    [{ name: 'X', color: 'red' }, '/color'],
  ])('of %j is refused at %s', async (body, pointer) => {
    const problem = await problemOf(await call('POST', '/v1/teams', mona.token, body), 400, 'invalid_input');
    expect(problem.errors).toMatchObject([{ pointer }]);
    expect(await db`select id from teams`).toHaveLength(1);
  });

  test('has a name of its own, whatever its case', async () => {
    const again = await call('POST', '/v1/teams', mona.token, { name: 'BILLING' });
    await problemOf(again, 409, 'already_exists');
  });

  test('is changed by its leads, not by those of another', async () => {
    const changes = { name: 'Money', memberIds: [desk.bob.id] };
    await problemOf(await call('PATCH', `/v1/teams/${billing.id}`, otto.token, changes), 403, 'forbidden');
    const changed = await json('PATCH', `/v1/teams/${billing.id}`, desk.lea.token, changes);
    expect(changed).toMatchObject({ name: 'Money', members: [{ name: 'Bob' }, { name: 'Lea' }], version: 2 });
    const [event] = await db`select old, new from events where type = 'team.edited'`;
    expect(event).toEqual({
      old: { teamId: billing.id, name: 'Billing', memberIds: [desk.ann.id, desk.lea.id] },
      new: { teamId: billing.id, name: 'Money', memberIds: [desk.bob.id, desk.lea.id] },
    });
    await json('PATCH', `/v1/teams/${billing.id}`, mona.token, { name: 'Billing' });
  });

  test('that has changed since it was read is left as it is', async () => {
    const path = `/v1/teams/${billing.id}`;
    const seen = (await call('GET', path, mona.token)).headers.get('etag') ?? '';
    await json('PATCH', path, mona.token, { name: 'Money' });
    for (const method of ['PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'Late' } : undefined;
      const late = await call(method, path, mona.token, body, { headers: { 'if-match': seen } });
      expect(await problemOf(late, 412, 'precondition_failed')).toMatchObject({
        currentTag: `"${billing.id}.2"`,
      });
    }
    expect(await json('GET', path, mona.token)).toMatchObject({ name: 'Money' });
  });

  test('loses who no longer answers, and an agent leads none', async () => {
    await json('PATCH', `/v1/operators/${desk.lea.id}`, desk.ada.token, { role: 'agent' });
    await json('DELETE', `/v1/operators/${desk.ann.id}`, desk.ada.token);
    expect(await json('GET', `/v1/teams/${billing.id}`, mona.token)).toMatchObject({
      members: [{ name: 'Lea' }],
      leads: [],
      version: 3,
    });
    const told = await db`select new from events where type = 'operator.edited' order by id`;
    expect(told).toMatchObject([
      { new: { role: 'agent', leftTeamIds: [billing.id] } },
      { new: { active: false, leftTeamIds: [billing.id] } },
    ]);
  });

  test('of other mailboxes than one serves does not exist', async () => {
    const sales = await json('POST', '/v1/teams', mona.token, { name: 'Sales', mailboxIds: [elsewhere] });
    const eve = await testOperator(made.deps, { name: 'Eve', role: 'manager', mailboxIds: [desk.mailboxId] });
    for (const [method, body] of [['GET'], ['PATCH', { name: 'X' }], ['DELETE']] as const) {
      await problemOf(await call(method, `/v1/teams/${sales.id}`, eve.token, body), 404, 'not_found');
    }
    const seen = await json('GET', '/v1/teams?total=true', eve.token);
    expect(seen).toMatchObject({ items: [{ id: billing.id }], total: 1 });
    for (const [path, method, body] of [
      [`/v1/teams/${billing.id}`, 'PATCH', { name: 'X' }],
      [`/v1/teams/${billing.id}`, 'DELETE', undefined],
      ['/v1/teams', 'POST', { name: 'X' }],
      ['/v1/teams', 'POST', { name: 'X', mailboxIds: [desk.mailboxId, elsewhere] }],
    ] as const) {
      await problemOf(await call(method, path, eve.token, body), 403, 'forbidden');
    }
  });

  test('is listed by who is in it', async () => {
    await json('POST', '/v1/teams', mona.token, { name: 'Delivery', memberIds: [desk.bob.id] });
    const mine = await json('GET', `/v1/teams?memberId=${desk.bob.id}`, desk.bob.token);
    expect(mine.items).toMatchObject([{ name: 'Delivery' }]);
  });
});

describe('what belongs to a team', () => {
  const given = async (body: object, requestId: number, by = mona.token) =>
    json('POST', `/v1/requests/${requestId}/assign`, by, body);

  test('is its, its operator’s or both', async () => {
    const id = await insertRequest(db, desk);
    expect(await given({ teamId: billing.id }, id)).toMatchObject({
      status: 'new',
      assignee: null,
      team: { id: billing.id, name: 'Billing' },
    });
    expect(await given({ operatorId: desk.ann.id }, id)).toMatchObject({
      status: 'in_progress',
      assignee: { name: 'Ann' },
      team: { name: 'Billing' },
    });
    expect(await given({ teamId: null, operatorId: null }, id)).toMatchObject({
      status: 'new',
      assignee: null,
      team: null,
    });
    const both = await given({ teamId: billing.id, operatorId: desk.ann.id }, id);
    expect(await given({ teamId: billing.id, operatorId: desk.ann.id }, id)).toMatchObject({
      version: both.version,
    });
    const events = await db`select type, old, new from events where request_id = ${id} order by id`;
    expect(events).toEqual([
      {
        type: 'request.assigned',
        old: { status: 'new', teamId: null },
        new: { status: 'new', teamId: billing.id },
      },
      {
        type: 'request.assigned',
        old: { status: 'new', assigneeId: null },
        new: { status: 'in_progress', assigneeId: desk.ann.id },
      },
      {
        type: 'request.unassigned',
        old: { status: 'in_progress', assigneeId: desk.ann.id, teamId: billing.id },
        new: { status: 'new', assigneeId: null, teamId: null },
      },
      {
        type: 'request.assigned',
        old: { status: 'new', assigneeId: null, teamId: null },
        new: { status: 'in_progress', assigneeId: desk.ann.id, teamId: billing.id },
      },
    ]);
  });

  test.each([
    [{}, '/operatorId'],
    [{ teamId: 4711 }, '/teamId'],
    [{ teamId: 0 }, '/teamId'],
    [{ team: 1, teamId: null }, '/team'],
  ])('by %j is refused at %s', async (body, pointer) => {
    const id = await insertRequest(db, desk);
    const answer = await call('POST', `/v1/requests/${id}/assign`, mona.token, body);
    expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  });

  test('is in mailboxes that the team serves', async () => {
    const sales = await json('POST', '/v1/teams', mona.token, { name: 'Sales', mailboxIds: [elsewhere] });
    const id = await insertRequest(db, desk);
    // A team that there is not is refused in the same words: whoever asks may not know of those of other mailboxes.
    for (const teamId of [sales.id, 4711]) {
      const answer = await call('POST', `/v1/requests/${id}/assign`, mona.token, { teamId });
      expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([
        { pointer: '/teamId', detail: "is not a team that serves the request's mailbox" },
      ]);
    }
    await json('PATCH', `/v1/teams/${sales.id}`, mona.token, { mailboxIds: null });
    await given({ teamId: sales.id }, id);
    await json('PATCH', `/v1/teams/${sales.id}`, mona.token, { mailboxIds: [elsewhere] });
    expect(await json('GET', `/v1/requests/${id}`, mona.token)).toMatchObject({ team: null });
    const [event] = await db`select type, old, new from events where request_id = ${id} order by id desc`;
    expect(event).toMatchObject({
      type: 'request.unassigned',
      old: { teamId: sales.id },
      new: { teamId: null },
    });
  });

  test('belongs to none once the team is removed', async () => {
    const [open, closed] = [await insertRequest(db, desk), await insertRequest(db, desk)];
    for (const id of [open, closed]) await given({ teamId: billing.id }, id);
    await json('POST', `/v1/requests/${closed}/close`, mona.token, { notify: false });
    await json('DELETE', `/v1/teams/${billing.id}`, mona.token);
    for (const id of [open, closed])
      expect(await json('GET', `/v1/requests/${id}`, mona.token)).toMatchObject({ team: null });
    expect(await db`select request_id from events where type = 'request.unassigned'`).toEqual([
      { requestId: open },
    ]);
  });

  test('is found by team, searched, sorted, exported and given in bulk', async () => {
    const [first, second, third] = [
      await insertRequest(db, desk),
      await insertRequest(db, desk),
      await insertRequest(db, desk),
    ];
    const delivery = await json('POST', '/v1/teams', mona.token, {
      name: 'Delivery',
      memberIds: [desk.bob.id],
    });
    const bulk = { verb: 'assign', ids: [first, 4711], teamId: billing.id };
    const answer = await json('POST', '/v1/requests/bulk', mona.token, bulk);
    expect(answer.items).toMatchObject([{ done: true }, { done: false }]);
    await given({ teamId: delivery.id }, second);
    const found = async (query: string, token = desk.ann.token) =>
      (await json('GET', `/v1/requests?sort=id&${query}`, token)).items.map((each: any) => each.id);
    expect(await found(`team=${billing.id}`)).toEqual([first]);
    expect(await found(`team=${billing.id}&team=none`)).toEqual([first, third]);
    expect(await found('team=mine')).toEqual([first]);
    expect(await found('team=mine', desk.bob.token)).toEqual([second]);
    expect(await found('team=mine&team=none', desk.ada.token)).toEqual([third]);
    expect(await found('team=none')).toEqual([third]);
    expect(await found('q=team:delivery')).toEqual([second]);
    expect(await found('q=team:mine')).toEqual([first]);
    expect(await found('q=-team:none')).toEqual([first, second]);
    const sorted = await json('GET', '/v1/requests?sort=-team', desk.ann.token);
    expect(sorted.items.map((each: any) => each.id)).toEqual([second, first, third]);
    const csv = await call('GET', '/v1/requests.csv?team=mine', desk.ann.token);
    expect(await csv.text()).toContain('"Billing"');
    const view = { name: 'Ours', query: 'team=mine&status=new' };
    expect(await json('POST', '/v1/views', desk.ann.token, view)).toMatchObject(view);
    await problemOf(await call('GET', '/v1/requests?team=x', desk.ann.token), 400, 'invalid_input');
  });

  test('is counted for its leads alone', async () => {
    await given({ teamId: billing.id }, await insertRequest(db, desk));
    await insertRequest(db, desk);
    const path = `/v1/figures?from=2026-11-01&to=2026-11-30&team=${billing.id}`;
    expect(await json('GET', path, desk.lea.token)).toMatchObject({ backlog: [{ count: 1 }] });
    for (const other of [otto, desk.ann])
      await problemOf(await call('GET', path, other.token), 403, 'forbidden');
  });
});

describe('a lead', () => {
  test('assigns what belongs to their teams or to none, to those, and nothing else', async () => {
    const sales = await json('POST', '/v1/teams', mona.token, {
      name: 'Sales',
      memberIds: [desk.bob.id],
      leadIds: [otto.id],
    });
    const [ours, theirs, free, bobs] = [
      await insertRequest(db, desk),
      await insertRequest(db, desk),
      await insertRequest(db, desk),
      await insertRequest(db, desk, { assigneeId: desk.bob.id }),
    ];
    await db`update requests set team_id = ${billing.id} where id = ${ours}`;
    await db`update requests set team_id = ${sales.id} where id = ${theirs}`;
    const lone = await testOperator(made.deps, { name: 'Nils' });
    const status = async (requestId: number, body: object) =>
      (await call('POST', `/v1/requests/${requestId}/assign`, desk.lea.token, body)).status;
    for (const [requestId, body, expected] of [
      [theirs, { operatorId: desk.ann.id }, 403],
      [theirs, { teamId: billing.id }, 403],
      [theirs, { teamId: null }, 403],
      [ours, { teamId: sales.id }, 403],
      [ours, { operatorId: desk.bob.id }, 403],
      [ours, { operatorId: desk.ann.id }, 200],
      [ours, { operatorId: lone.id }, 200],
      [ours, { teamId: null, operatorId: null }, 200],
      [free, { operatorId: desk.bob.id }, 403],
      [free, { teamId: billing.id, operatorId: desk.ann.id }, 200],
      [bobs, { operatorId: desk.ann.id }, 403],
      [bobs, { operatorId: null }, 403],
      [theirs, { operatorId: desk.lea.id }, 200],
    ] as const)
      expect([requestId, body, await status(requestId, body)]).toEqual([requestId, body, expected]);
    for (const by of [desk.lea, otto, mona]) {
      const taken = await call('POST', `/v1/requests/${bobs}/take`, by.token, { force: true });
      expect([by.name, taken.status]).toEqual([by.name, by === desk.lea ? 403 : 200]);
    }
  });

  test('stops the answers of their teams, not those of another', async () => {
    const id = await insertRequest(db, desk);
    const reply = await json('POST', `/v1/requests/${id}/messages`, desk.ann.token, {
      text: 'Hi',
      holdSeconds: 60,
    });
    const edit = (by: { readonly token: string }) =>
      call('PATCH', `/v1/messages/${reply.id}`, by.token, { text: 'Hello' });
    await problemOf(await edit(otto), 403, 'forbidden');
    expect((await edit(desk.lea)).status).toBe(200);
    const cancel = `/v1/deliveries/${reply.delivery.id}/cancel`;
    await problemOf(await call('POST', cancel, otto.token), 403, 'forbidden');
    expect((await call('POST', cancel, desk.lea.token)).status).toBe(200);
  });
});
