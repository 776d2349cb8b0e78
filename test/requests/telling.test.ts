import { beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { MINUTE, DAY } from '../../src/platform/time.ts';
import type { MailTransport } from '../../src/outbox/smtp/transport.ts';
import { tellClocks } from '../../src/requests/clocks/tell-clocks.ts';
import { tellingComposers } from '../../src/requests/telling/desk-composers.ts';
import { sendDigests } from '../../src/requests/telling/send-digests.ts';
import { claimTellings } from '../../src/requests/telling/queries.ts';
import type { DeskComposer } from '../../src/outbox/desk-mail/desk-mail.ts';
import { composeTelling, tellOperators } from '../../src/requests/telling/tell-operators.ts';
import { flagRequest } from '../../src/requests/request/flag-request.ts';
import { problemOf, testApp, type TestOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';
import { oneAccount } from '../support/transports.ts';

const { db, url, keep } = await testDatabase();
const made = testApp(db);
const { clock } = made;
const desk = await testDesk(made.deps, ['Ada', 'Ann', 'Bob', 'Lea']);
const { ada, ann, bob, lea } = desk;
const team = await json('POST', '/v1/teams', ada, {
  name: 'Billing',
  memberIds: [bob.id],
  leadIds: [lea.id],
});
const id = await insertRequest(db, desk);
await insertInbound(db, desk, id);
const path = `/v1/requests/${id}`;
const putBack = await keep();

/** The desk's mails that left since, each by whom it is for and its subject; `answers` are what the server says first. */
const left: string[] = [];
const answers: 'deferred'[] = [];
const transport: MailTransport = {
  account: 'main',
  async send(mime, { to }) {
    if (answers.shift() === 'deferred')
      return { kind: 'mail_failed', reply: { code: 451, enhancedCode: '4.3.0', text: 'Later' } };
    const subject = /^Subject: ((?:.*\r\n\s)*.*)\r$/m.exec(mime.toString())?.[1] ?? '';
    if (!subject.startsWith('Re:')) left.push(`${to.join()}: ${subject.replaceAll('\r\n ', ' ')}`);
    const reply = { code: 250, enhancedCode: null, text: 'OK' };
    return { kind: 'answered', accepted: [...to], refused: [], reply };
  },
  verify: async () => null,
  close: () => {},
};
const deps = { ...made.deps, transports: oneAccount(transport), wakeDeliveries: () => {} };
const sending = { ...deps, deskComposers: tellingComposers(deps) };

beforeEach(async () => {
  await putBack();
  left.length = 0;
  answers.length = 0;
});

async function json(method: string, to: string, by: TestOperator, body?: unknown): Promise<any> {
  const response = await made.call(method, to, { token: by.token, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
/** What the feed shows; an event may wait there for another test file's transaction on the same PostgreSQL to end. */
const fed = async (query: string, by: TestOperator) => (await json('GET', `/v1/events?${query}`, by)).items;
const assign = (body: object) => json('POST', `${path}/assign`, ada, body);
const prefer = (who: TestOperator, notifications: object) => json('PATCH', '/v1/me', who, { notifications });
const deliver = () => deliverDue(sending, { random: () => 0 });

/** Lets time pass, a minute at a time, with every process at work. */
async function wait(minutes: number): Promise<readonly string[]> {
  for (let n = 0; n < minutes; n += 1) {
    clock.advance(MINUTE);
    await tellOperators(deps);
    await deliver();
  }
  return left;
}
const told = async () =>
  db<{ type: string; told: number[] }[]>`select type, told from events where told <> '{}' order by id`;
const YOURS = `ann@desk.example.com: Request ${id} is yours: My parcel`;

describe('an assignment', () => {
  test('is mailed after the wait, once', async () => {
    await assign({ operatorId: ann.id });
    expect(await wait(11)).toEqual([]);
    expect(await wait(20)).toEqual([YOURS]);
    expect(await told()).toEqual([{ type: 'request.assigned', told: [ann.id] }]);
    expect(
      await db`select desk_mails.kind, state from desk_mails join deliveries on id = delivery_id`,
    ).toEqual([{ kind: 'request_assigned', state: 'sent' }]);
  });

  test('waits as long as its operator wants it to, and speaks their language', async () => {
    await prefer(ann, { assignedAfterMinutes: 0 });
    await json('PATCH', '/v1/me', ann, { language: 'ru' });
    await assign({ operatorId: ann.id });
    await tellOperators(deps);
    await deliver();
    expect(left).toHaveLength(1);
    expect(left[0]).toContain('=?UTF-8?');
  });

  test.each([
    ['taken back', () => json('POST', `${path}/unassign`, ada)],
    ['given to another', () => assign({ operatorId: ada.id })],
    ['taken over', () => json('POST', `${path}/take`, ada, { force: true })],
    ['answered by its operator', () => json('POST', `${path}/messages`, ann, { text: 'Hello' })],
    ['answered by another', () => json('POST', `${path}/messages`, bob, { text: 'Hello' })],
    ['resolved', () => json('POST', `${path}/resolve`, ann, { notes: 'Done.' })],
    ['closed', () => json('POST', `${path}/close`, ann, { notify: false })],
    ['erased', () => json('DELETE', path, ada)],
    ['of an operator who left', () => json('DELETE', `/v1/operators/${ann.id}`, ada)],
    ['not wanted any more', () => prefer(ann, { assigned: 'feed' })],
  ])('that is %s within the wait is never mailed', async (_what, meanwhile) => {
    await assign({ operatorId: ann.id });
    await wait(5);
    await meanwhile();
    expect(await wait(30)).toEqual([]);
  });

  test('that is taken back while its mail waits for the server is not mailed', async () => {
    await assign({ operatorId: ann.id });
    answers.push('deferred', 'deferred');
    expect(await wait(13)).toEqual([]);
    await json('POST', `${path}/unassign`, ada);
    expect(await wait(60)).toEqual([]);
    await assign({ operatorId: ann.id });
    expect(await wait(20)).toEqual([YOURS]);
  });

  test('that is given back and again is mailed once, after the last wait', async () => {
    await assign({ operatorId: ann.id });
    await wait(5);
    await json('POST', `${path}/unassign`, ada);
    await assign({ operatorId: ann.id });
    expect(await wait(11)).toEqual([]);
    expect(await wait(10)).toEqual([YOURS]);
  });

  test('whose answer was cancelled in time is mailed all the same', async () => {
    await assign({ operatorId: ann.id });
    const { id: messageId } = await json('POST', `${path}/messages`, bob, { text: 'Oh', holdSeconds: 600 });
    await json('POST', `/v1/messages/${messageId}/take-back`, bob);
    expect(await wait(30)).toEqual([YOURS]);
  });

  test('is not news to whoever made it', async () => {
    await json('POST', `${path}/assign`, ann, { operatorId: ann.id });
    expect(await wait(30)).toEqual([]);
    expect(await told()).toEqual([]);
  });

  test('is mailed once by any number of processes, one of which dies while it tells', async () => {
    await assign({ operatorId: ann.id });
    clock.advance(12 * MINUTE);
    const dying = connect(url, { max: 1 });
    const [row] = await dying<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const death = dying.begin(async (tx) => {
      expect((await claimTellings(tx, clock.now(), 10)).news).toHaveLength(1);
      await db`select pg_terminate_backend(${row?.pid ?? 0})`;
      await tx`select 1`;
    });
    await expect(death).rejects.toThrow(/terminat|closed|ended/i);
    const counts = await Promise.all([1, 2, 3].map(() => tellOperators(deps)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await wait(20)).toEqual([YOURS]);
    await dying.end({ timeout: 1 });
  });
});

describe('what else operators are told of', () => {
  test('a request that is new in a team, while it is nobody’s', async () => {
    await prefer(bob, { newInTeam: 'mail' });
    await assign({ teamId: team.id });
    expect(await told()).toEqual([{ type: 'request.assigned', told: [bob.id, lea.id] }]);
    expect(await wait(15)).toEqual([`bob@desk.example.com: Request ${id} is new in Billing: My parcel`]);
    await assign({ teamId: null });
    await assign({ teamId: team.id });
    await wait(5);
    await json('POST', `${path}/take`, ann);
    expect(await wait(15)).toHaveLength(1);
  });

  test('a note that names them, with what it says', async () => {
    await json('POST', `${path}/notes`, ann, { text: 'Ask @Bob about it.' });
    expect(await wait(1)).toEqual([`bob@desk.example.com: Request ${id}, a note names you: My parcel`]);
    expect(await told()).toEqual([{ type: 'operator.mentioned', told: [bob.id] }]);
  });

  test('what needs attention: its assignee, without one its team', async () => {
    const flag = () =>
      db.begin((tx) =>
        flagRequest(
          tx,
          { kind: 'system' },
          { requestId: id, mailboxId: desk.mailboxId, reason: 'x', at: clock.now() },
        ),
      );
    await assign({ teamId: team.id, operatorId: ann.id });
    await flag();
    expect(await wait(1)).toEqual([`ann@desk.example.com: Request ${id} needs attention: My parcel`]);
    await json('PATCH', path, ann, { needsAttention: false });
    await assign({ operatorId: null });
    await flag();
    expect((await wait(1)).slice(1).toSorted((a, b) => a.localeCompare(b))).toEqual([
      `bob@desk.example.com: Request ${id} needs attention: My parcel`,
      `lea@desk.example.com: Request ${id} needs attention: My parcel`,
    ]);
    await flag();
    expect(await wait(1)).toHaveLength(3);
  });

  test('that a request is handed up to them', async () => {
    await json('POST', `${path}/escalate`, ann, { operatorId: lea.id, reason: 'They threaten to leave.' });
    expect(await wait(1)).toEqual([`lea@desk.example.com: Request ${id} is handed up to you: My parcel`]);
    expect(await told()).toEqual([{ type: 'request.escalated', told: [lea.id] }]);
  });

  test('clocks: the assignee, the team and its leads, once each', async () => {
    await prefer(bob, { breached: 'feed' });
    await assign({ teamId: team.id, operatorId: ann.id });
    await db`delete from tellings`;
    clock.advance(7 * 60 * MINUTE);
    await tellClocks(deps);
    clock.advance(2 * 60 * MINUTE);
    await tellClocks(deps);
    await tellClocks(deps);
    const mailed = await wait(2);
    const said = (name: string, what: string) =>
      `${name}@desk.example.com: Request ${id}, the first answer is ${what}: My parcel`;
    expect(mailed.toSorted((a, b) => a.localeCompare(b))).toEqual(
      ['ann', 'lea'].flatMap((name) => [said(name, 'due soon'), said(name, 'overdue')]),
    );
    const [mail] = await db<{ aboutId: number }[]>`
      select about_id from desk_mails join tellings on tellings.id = about_id
      where desk_mails.kind = 'request_breached' and operator_id = ${ann.id}`;
    await json('PATCH', '/v1/me', ann, { language: 'ru', timeZone: 'Asia/Tokyo' });
    const written = await composeTelling(deps)({
      aboutId: mail?.aboutId ?? 0,
    } as Parameters<DeskComposer>[0]);
    expect(written?.text).toMatch(/Оно ваше\. Обещанный срок: .*2026.* GMT\+9\.\n/);
    const all = [ann.id, bob.id, lea.id].toSorted((a, b) => a - b);
    expect((await told()).slice(1)).toEqual([
      { type: 'request.due_soon', told: all },
      { type: 'request.breached', told: all },
    ]);
    const [event] = await db`select new from events where type = 'request.breached'`;
    expect(event).toMatchObject({ new: { assigneeId: ann.id, teamId: team.id } });
  });

  test('nothing that they do not want to hear of, and nothing of another mailbox', async () => {
    const everything = { assigned: 'off', mentioned: 'off', needsAttention: 'off', newInTeam: 'off' };
    for (const who of [ann, bob, lea]) await prefer(who, everything);
    await assign({ teamId: team.id, operatorId: ann.id });
    await json('POST', `${path}/notes`, ada, { text: '@Bob?' });
    await json('POST', `${path}/escalate`, ada, { teamId: team.id, reason: 'x' });
    expect(await told()).toEqual([]);
    expect(await wait(15)).toEqual([]);
    await prefer(bob, { needsAttention: 'mail' });
    await db`update operators set mailbox_ids = '{4711}' where id = ${bob.id}`;
    await json('POST', `${path}/escalate`, ada, { teamId: team.id, reason: 'y' });
    expect(await wait(5)).toEqual([]);
  });

  test('in the feed: what concerns them, alone if they ask', async () => {
    await prefer(ann, { assigned: 'feed' });
    await assign({ operatorId: ann.id });
    expect(await wait(15)).toEqual([]);
    await expect
      .poll(() => fed('told=me', ann))
      .toMatchObject([{ type: 'request.assigned', told: [ann.id] }]);
    expect(await fed('told=me', bob)).toEqual([]);
  });
});

describe('a digest', () => {
  /** Monday, 30 November 2026. */
  const MONDAY = Date.parse('2026-11-30T00:00:00Z');
  const at = (time: number) => clock.advance(time - clock.now().getTime());
  beforeEach(() => at(MONDAY - 2 * DAY));
  const digested = async () => {
    const count = await sendDigests(deps);
    await deliver();
    return count;
  };

  test('comes on its weekday and hour in the operator’s zone, once, and says what is urgent', async () => {
    await json('PATCH', '/v1/me', ann, { timeZone: 'America/New_York' });
    await prefer(ann, { digest: 'mail', digestWeekday: 1, digestHour: 9 });
    await assign({ operatorId: ann.id });
    at(MONDAY + 13 * 60 * MINUTE + 59 * MINUTE);
    expect(await digested()).toBe(0);
    clock.advance(MINUTE);
    const counts = await Promise.all([sendDigests(deps), sendDigests(deps)]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    await deliver();
    expect(left).toEqual(['ann@desk.example.com: Your requests: 1 open']);
    expect(await digested()).toBe(0);
    clock.advance(7 * DAY);
    await tellClocks(deps);
    expect(await digested()).toBe(1);
    expect(left.at(-1)).toBe('ann@desk.example.com: Your requests: 1 open, 1 overdue');
  });

  test('does not come when there is nothing to say, late, or for a time before it was wanted', async () => {
    at(MONDAY + 10 * 60 * MINUTE);
    await prefer(ann, { digest: 'mail', digestWeekday: 1, digestHour: 9 });
    await assign({ operatorId: ann.id });
    expect(await digested()).toBe(0);
    at(MONDAY + 8 * DAY + 12 * 60 * MINUTE);
    expect(await digested()).toBe(0);
    await json('POST', `${path}/close`, ann, { notify: false });
    at(MONDAY + 14 * DAY + 9 * 60 * MINUTE);
    expect(await digested()).toBe(0);
    expect(left).toEqual([]);
  });

  test('in the feed is for its operator alone, and no mail', async () => {
    await prefer(bob, { digest: 'feed', digestHour: 0 });
    await assign({ teamId: team.id });
    at(MONDAY + MINUTE);
    expect(await digested()).toBe(1);
    expect(left).toEqual([]);
    await expect
      .poll(() => fed('type=operator.digest', bob))
      .toMatchObject([{ new: { operatorId: bob.id, mine: 0, teams: 1, breached: 0 } }]);
    expect(await fed('type=operator.digest', ann)).toEqual([]);
  });
});

test('what one is told of has defaults, and refuses what it does not know', async () => {
  const me = await json('GET', '/v1/me', ann);
  expect(me.notifications).toEqual({
    assigned: 'mail',
    mentioned: 'mail',
    breached: 'mail',
    needsAttention: 'mail',
    newInTeam: 'feed',
    digest: 'off',
    assignedAfterMinutes: 12,
    digestWeekday: 1,
    digestHour: 8,
  });
  for (const [notifications, pointer] of [
    [{ assigned: 'sms' }, '/notifications/assigned'],
    [{ assignedAfterMinutes: -1 }, '/notifications/assignedAfterMinutes'],
    [{ digestHour: 24 }, '/notifications/digestHour'],
    [{ digestWeekday: 0 }, '/notifications/digestWeekday'],
    [{ weather: 'mail' }, '/notifications/weather'],
  ] as const) {
    const answer = await made.call('PATCH', '/v1/me', { token: ann.token, body: { notifications } });
    expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  }
  expect(await json('GET', '/v1/me', ann)).toEqual(me);
});
