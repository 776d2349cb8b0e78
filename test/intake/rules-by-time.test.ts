import { describe, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { applyTimeRules } from '../../src/intake/rules/acting/apply-time-rules.ts';
import { wakeRequest } from '../../src/requests/life/waking.ts';
import { tellOperators } from '../../src/requests/telling/tell-operators.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';

const { db, url } = await testDatabase();
const DAY = 86_400_000;

async function desk() {
  const made = testApp(db);
  const people = await testDesk(made.deps, ['Ann', 'Lea']);
  const { mailboxId, lea, ann } = people;
  const RULES = `/v1/mailboxes/${mailboxId}/rules`;
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await made.call(method, path, { token: lea.token, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} ${response.status} ${text}`);
    return JSON.parse(text === '' ? '{}' : text) as Record<string, never>;
  };
  const rule = (afterDays: number, ...actions: object[]) =>
    call('POST', RULES, { name: `After ${afterDays}`, trigger: 'time', afterDays, actions });
  const id = await insertRequest(db, people, { assigneeId: ann.id });
  await insertInbound(db, people, id);
  const pend = () => call('POST', `/v1/requests/${id}/pend`);
  await pend();
  return { ...made, ...people, RULES, call, rule, id, pend, run: () => applyTimeRules(made.deps) };
}

const count = async (type: string) => (await db`select id from events where type = ${type}`).length;

describe('a rule by time', () => {
  test('closes what its contact has left unanswered for its days, with the notice, and no sooner', async () => {
    const made = await desk();
    await made.rule(7, { type: 'close' });
    made.clock.advance(7 * DAY - 1000);
    expect(await made.run()).toBe(0);
    made.clock.advance(1000);
    const tried = await made.call('POST', `${made.RULES}/dry-run`, { trigger: 'time', afterDays: 7 });
    expect(tried).toMatchObject({ looked: 1, hits: [{ requestId: made.id, messageId: null, reasons: [] }] });
    expect(await made.run()).toBe(1);
    expect(await made.call('GET', `/v1/requests/${made.id}`)).toMatchObject({ status: 'closed' });
    expect(await db`select notice from messages where notice is not null`).toEqual([{ notice: 'closed' }]);
    expect(await db`select new from events where type = 'rule.applied'`).toEqual([
      { new: { ruleId: 1, rule: 'After 7', close: true } },
    ]);
  });

  test('reminds and tells once in each wait', async () => {
    const made = await desk();
    const text = { scope: 'desk', name: 'Reminder', text: 'Are you still there, {{ contact.name }}?' };
    const { id: cannedReplyId } = await made.call('POST', '/v1/canned-replies', text);
    await made.rule(3, { type: 'answer', value: cannedReplyId }, { type: 'tell' });
    made.clock.advance(3 * DAY);
    expect([await made.run(), await made.run()]).toEqual([1, 0]);
    const at = made.clock.now();
    expect(await db`select text, notice from messages where direction = 'out'`).toEqual([
      { text: 'Are you still there, Maria?', notice: 'answer' },
    ]);
    expect(await db`select new from events where type = 'operator.told'`).toEqual([
      { new: { operatorId: made.ann.id, ruleId: 1, rule: 'After 3' } },
    ]);
    // By mail, as the operator has it for what needs attention.
    expect(await tellOperators({ ...made.deps, wakeDeliveries: () => {} })).toBe(1);
    expect(await db`select kind from desk_mails where kind like 'request_needs%'`).toEqual([
      { kind: 'request_needs_attention' },
    ]);
    await db`update operator_notifications set needs_attention = 'feed' where operator_id = ${made.ann.id}`;
    // The contact writes, and is asked again: another wait.
    await db.begin((tx) => tx`${wakeRequest(tx, { requestId: made.id, reopens: true, at })}`);
    await made.pend();
    expect(await made.run()).toBe(0);
    made.clock.advance(3 * DAY);
    expect(await made.run()).toBe(1);
    expect(await count('operator.told')).toBe(2);
    expect(await tellOperators({ ...made.deps, wakeDeliveries: () => {} })).toBe(0);
    expect(await db`select id from messages where notice = 'answer'`).toHaveLength(2);
  });

  test('acts once however many processes look', async () => {
    const made = await desk();
    await made.rule(1, { type: 'note', value: 'Call them.' });
    made.clock.advance(DAY);
    const others = Array.from({ length: 4 }, () => connect(url));
    const acted = await Promise.all(
      [db, ...others].map((each) => applyTimeRules({ ...made.deps, db: each })),
    );
    await Promise.all(others.map((each) => each.end()));
    expect(acted.filter((times) => times === 1)).toHaveLength(1);
    expect(await count('message.noted')).toBe(1);
  });

  test('that fails is recorded once in a wait, and holds no other', async () => {
    const made = await desk();
    const { id: cannedReplyId } = await made.call('POST', '/v1/canned-replies', {
      scope: 'desk',
      name: 'Reminder',
      text: 'Are you there?',
    });
    await made.rule(1, { type: 'answer', value: cannedReplyId });
    await made.rule(2, { type: 'tell' });
    await made.call('DELETE', `/v1/canned-replies/${cannedReplyId}`);
    made.clock.advance(2 * DAY);
    expect([await made.run(), await made.run()]).toEqual([1, 0]);
    expect([await count('rule.failed'), await count('operator.told')]).toEqual([1, 1]);
    expect(await db`select failures from rules order by id`).toEqual([{ failures: 1 }, { failures: 0 }]);
  });
});
