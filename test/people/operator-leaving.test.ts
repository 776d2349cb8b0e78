import { describe, expect, test } from 'vitest';
import { problemOf, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, otherTeam } from '../support/desk.ts';
import { opened, rolesDesk } from '../support/roles-desk.ts';

const { db } = await testDatabase();
const desk = (role: 'admin') => rolesDesk(db, role);

describe('an operator', () => {
  test('who is deactivated is refused at once, loses the tokens, and hands back what is not done', async () => {
    const made = await desk('admin');
    const closed = await opened(db, made);
    const { other, others } = made;
    await db`
      update requests set status = 'closed', closed_at = ${made.clock.now()}, assignee_id = ${other.id}
      where id = ${closed.id}`;
    await made.call('POST', `${made.free.path}/assign`, { operatorId: other.id });
    await made.call('POST', `${made.free.path}/resolve`, { notes: 'Done.' });
    expect((await made.call('DELETE', `/v1/operators/${other.id}`)).status).toBe(204);

    await problemOf(
      await made.call('GET', '/v1/operators', undefined, { token: other.token }),
      401,
      'unauthenticated',
    );
    const states = await db<{ id: number; status: string; assigneeId: number | null }[]>`
      select id, status, assignee_id from requests order by id`;
    expect(states).toEqual([
      { id: made.free.id, status: 'resolved', assigneeId: null },
      { id: made.mine.id, status: 'in_progress', assigneeId: made.me.id },
      { id: others.id, status: 'new', assigneeId: null },
      { id: closed.id, status: 'closed', assigneeId: other.id },
    ]);
    expect(await db`select old, new from events where type = 'request.unassigned' order by id`).toHaveLength(
      2,
    );
    expect(await db`select id from tokens where revoked_at is null`).toHaveLength(1);
    const shown = await made.call('GET', `/v1/operators/${other.id}`);
    expect(await shown.json()).toMatchObject({ name: 'Other', active: false });

    const [events] = await db`select count(*) from events`;
    expect((await made.call('DELETE', `/v1/operators/${other.id}`)).status).toBe(204);
    expect(await db`select count(*) from events`).toEqual([events]);
    const back = await made.call('PATCH', `/v1/operators/${other.id}`, { active: true });
    expect(await back.json()).toMatchObject({ active: true });
    await problemOf(
      await made.call('GET', '/v1/operators', undefined, { token: other.token }),
      401,
      'unauthenticated',
    );
  });

  test('who is not active, or does not serve the mailbox, is assigned nothing', async () => {
    const made = await desk('admin');
    const { eve } = await otherTeam(made.deps);
    await made.call('DELETE', `/v1/operators/${made.other.id}`);
    for (const [operatorId, detail] of [
      [eve.id, "does not serve the request's mailbox"],
      [made.other.id, 'is not active'],
      [4711, 'is not an operator'],
    ]) {
      const response = await made.call('POST', `${made.free.path}/assign`, { operatorId });
      expect((await problemOf(response, 400, 'invalid_input')).errors).toEqual([
        { pointer: '/operatorId', detail },
      ]);
    }
  });

  test('who no longer serves a mailbox hands back its requests and keeps the others', async () => {
    const made = await desk('admin');
    const elsewhere = await insertDesk(db, 'sales@example.com');
    const kept = await opened(db, elsewhere);
    await db`update requests set status = 'pending', assignee_id = ${made.other.id} where id = ${kept.id}`;
    const path = `/v1/operators/${made.other.id}`;
    const changes = { role: 'lead', name: ' Otto ', mailboxIds: [elsewhere.mailboxId] };
    expect(await (await made.call('PATCH', path, changes)).json()).toMatchObject({
      ...changes,
      name: 'Otto',
    });
    expect(await db`select id, status from requests where assignee_id = ${made.other.id}`).toEqual([
      { id: kept.id, status: 'pending' },
    ]);
    const [event] = await db`select old, new from events where type = 'operator.edited'`;
    expect(event).toEqual({
      old: { operatorId: made.other.id, name: 'Other', role: 'agent', mailboxIds: null },
      new: { operatorId: made.other.id, ...changes, name: 'Otto' },
    });
    expect((await made.call('GET', made.free.path, undefined, { token: made.other.token })).status).toBe(404);
    for (const [body, pointer] of [
      [{ mailboxIds: [4711] }, '/mailboxIds/0'],
      [{ mailboxIds: [] }, '/mailboxIds'],
      [{ name: ' ' }, '/name'],
      [{ role: 'owner' }, '/role'],
      [{ email: 'x@example.com' }, '/email'],
    ] as const) {
      const problem = await problemOf(await made.call('PATCH', path, body), 400, 'invalid_input');
      expect(problem.errors).toMatchObject([{ pointer }]);
    }
    await problemOf(await made.call('PATCH', '/v1/operators/4711', { name: 'x' }), 404, 'not_found');
  });

  test('who is an admin of some mailboxes gives nobody more, and takes nobody’s place who has more', async () => {
    const made = await desk('admin');
    const { eve, mailboxId } = await otherTeam(made.deps, { role: 'admin' });
    const { token, id } = eve;
    const own = [mailboxId];
    const bob = { email: 'bob@example.com', name: 'Bob', role: 'admin', mailboxIds: own };
    const made201 = await made.call('POST', '/v1/operators', bob, { token });
    const { id: bobId } = (await made201.json()) as { id: number };
    expect((await made.call('POST', `/v1/operators/${bobId}/tokens`, { name: 'x' }, { token })).status).toBe(
      201,
    );
    for (const [method, path, body] of [
      ['PATCH', `/v1/operators/${id}`, { mailboxIds: null }],
      ['PATCH', `/v1/operators/${bobId}`, { mailboxIds: [made.mailboxId] }],
      ['PATCH', `/v1/operators/${made.me.id}`, { role: 'agent' }],
      ['DELETE', `/v1/operators/${made.other.id}`],
      ['POST', '/v1/operators', { ...bob, email: 'rob@example.com', mailboxIds: null }],
      ['POST', '/v1/operators', { ...bob, email: 'rob@example.com', mailboxIds: [4711] }],
      ['POST', `/v1/operators/${made.me.id}/tokens`, { name: 'x' }],
      ['DELETE', `/v1/operators/${made.me.id}/tokens/${made.me.tokenId}`],
    ] as const) {
      await problemOf(await made.call(method, path, body, { token }), 403, 'forbidden');
    }
  });

  test('who is the last active admin stays one, also when two step down at once', async () => {
    const made = await desk('admin');
    const own = `/v1/operators/${made.me.id}`;
    await problemOf(await made.call('DELETE', own), 409, 'wrong_state');
    await problemOf(await made.call('PATCH', own, { role: 'lead' }), 409, 'wrong_state');
    const ada = await testOperator(made.deps, { name: 'Ada' });
    const answers = await Promise.all([
      made.call('DELETE', own),
      made.call('PATCH', `/v1/operators/${ada.id}`, { role: 'agent' }),
    ]);
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(await db`select id from operators where role = 'admin' and active`).toHaveLength(1);
  });
});
