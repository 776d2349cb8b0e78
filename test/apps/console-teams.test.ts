import { beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { testApp, type TestOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';

const { db, keep } = await testDatabase();
const made = testApp(db, { publicUrl: 'http://desk.example.com' });
const desk = await testDesk(made.deps, ['Ada', 'Lea', 'Ann']);
const [team] = await db<{ id: number }[]>`
  insert into teams (name, created_at, updated_at) values ('Billing', ${made.clock.now()}, ${made.clock.now()}) returning id`;
const teamId = team?.id ?? 0;
await db`insert into team_members (team_id, operator_id, leads) values (${teamId}, ${desk.lea.id}, true)`;
const id = await insertRequest(db, desk);
await insertInbound(db, desk, id);
const sessions = new Map<number, string>();
for (const who of [desk.ada, desk.lea, desk.ann])
  sessions.set(who.id, (await db.begin((tx) => openSession(tx, who.id, made.clock.now()))).session);
const putBack = await keep();
beforeEach(putBack);

type Fields = readonly (readonly [name: string, value: string])[];

async function page(who: TestOperator, path: string, fields?: Fields, language = 'en') {
  const body = new FormData();
  for (const [name, value] of fields ?? []) body.append(name, value);
  const response = await made.app.request(path, {
    headers: {
      cookie: `mailroom=${sessions.get(who.id)}`,
      'sec-fetch-site': 'same-origin',
      'accept-language': language,
    },
    ...(fields === undefined ? {} : { method: 'POST', body }),
  });
  return { status: response.status, text: await response.text() };
}

test('a manager adds, changes and removes a team, and a lead changes their own', async () => {
  const named = [
    ['name', 'Delivery'],
    ['memberId', String(desk.ann.id)],
    ['leadId', String(desk.lea.id)],
    ['key', 'once'],
  ] as const;
  expect((await page(desk.ada, '/settings/teams', [])).status).toBe(422);
  for (let n = 0; n < 2; n += 1) expect((await page(desk.ada, '/settings/teams', named)).status).toBe(303);
  const [made2] = await db<{ id: number }[]>`select id from teams where name = 'Delivery'`;
  const seen = await page(desk.lea, '/settings/teams');
  expect(seen.text).toContain('Ann, Lea (lead)');
  expect(seen.text).not.toContain('Add a team');
  expect((await page(desk.lea, '/settings/teams', undefined, 'ru')).text).toContain('Ann, Lea (старший)');
  const renamed = [
    ['name', 'Parcels'],
    ['leadId', String(desk.lea.id)],
  ] as const;
  expect((await page(desk.lea, `/settings/teams/${made2?.id}`, renamed)).status).toBe(303);
  expect(await db`select operator_id from team_members where team_id = ${made2?.id ?? 0}`).toEqual([
    { operatorId: desk.lea.id },
  ]);
  expect((await page(desk.ann, '/settings/teams')).status).toBe(403);
  expect((await page(desk.ada, `/settings/teams/${made2?.id}/remove`, [])).status).toBe(303);
  expect(await db`select id from teams`).toEqual([{ id: teamId }]);
});

test('a request is given to a team in a conversation and in the list, and found by it', async () => {
  const give = (who: TestOperator, to: string) => page(who, `/requests/${id}/assign`, [['operatorId', to]]);
  expect((await give(desk.lea, `team:${teamId}`)).status).toBe(303);
  expect((await page(desk.lea, '/requests?view=teams')).text).toContain(`data-row="${id}"`);
  expect((await page(desk.lea, '/requests?team=mine')).text).toContain('My teams');
  expect((await page(desk.ann, '/requests?view=teams')).text).not.toContain(`data-row="${id}"`);
  await insertRequest(db, desk);
  expect((await page(desk.ann, '/requests')).text).toMatch(/class="assignee"[^>]*>Billing</);
  expect((await page(desk.ann, `/requests/${id}`)).text).not.toContain(`action="/requests/${id}/assign"`);
  const bulk = [
    ['verb', 'assign'],
    ['id', String(id)],
    ['operatorId', 'team:none'],
  ] as const;
  expect((await page(desk.lea, '/requests/bulk', bulk)).status).toBe(303);
  expect(await db`select team_id from requests where id = ${id}`).toEqual([{ teamId: null }]);
  const history = (await page(desk.ann, `/requests/${id}/history`)).text;
  expect(history).toMatch(/<bdi\s*>Billing</);
});

test('a request is escalated with a reason, is marked everywhere, and the escalation is ended', async () => {
  const conversation = `/requests/${id}`;
  expect((await page(desk.ann, conversation)).text).toContain(`action="/requests/${id}/escalate"`);
  const to = ['operatorId', String(desk.lea.id)] as const;
  expect((await page(desk.ann, `${conversation}/escalate`, [to, ['reason', ' ']])).status).toBe(422);
  expect((await page(desk.ann, `${conversation}/escalate`, [to, ['reason', 'They leave.']])).status).toBe(
    303,
  );
  const seen = (await page(desk.ann, conversation)).text;
  expect(seen).toContain('Ann escalated this to Lea:');
  expect(seen).toContain('They leave.');
  expect((await page(desk.ann, '/requests?escalated=true')).text).toContain('title="Lea: They leave."');
  expect((await page(desk.ann, `${conversation}/history`, undefined, 'ru')).text).toContain('Передано выше');
  expect((await page(desk.ann, `${conversation}/deescalate`, [])).status).toBe(303);
  expect(await db`select request_id from escalations`).toEqual([]);
});

test('what one is told of is set on a page', async () => {
  const form = [
    ['assigned', 'feed'],
    ['digest', 'mail'],
    ['assignedAfterMinutes', '5'],
    ['digestWeekday', '5'],
    ['digestHour', '16'],
  ] as const;
  expect((await page(desk.ann, '/settings/notifications', form)).status).toBe(303);
  expect(
    await db`
      select assigned, mentioned, digest, assigned_after_minutes, digest_weekday, digest_hour
      from operator_notifications where operator_id = ${desk.ann.id}`,
  ).toEqual([
    {
      assigned: 'feed',
      mentioned: 'mail',
      digest: 'mail',
      assignedAfterMinutes: 5,
      digestWeekday: 5,
      digestHour: 16,
    },
  ]);
  expect((await page(desk.ann, '/settings/notifications', undefined, 'ru')).text).toContain('Оповещения');
});

test('what is refused in settings stands in its form again', async () => {
  const refused: readonly (readonly [path: string, fields: Fields, kept: readonly string[]])[] = [
    [
      '/settings/teams',
      [
        ['name', ' Billing'],
        ['memberId', String(desk.ann.id)],
      ],
      ['value="Billing"', 'checked'],
    ],
    [
      '/settings/operators',
      [
        ['email', desk.ann.email],
        ['name', 'Another Ann'],
        ['role', 'lead'],
      ],
      ['value="Another Ann"', `value="${desk.ann.email}"`],
    ],
    [
      `/settings/operators/${desk.ann.id}`,
      [
        ['name', ''],
        ['active', 'yes'],
        ['role', 'lead'],
      ],
      ['<details open'],
    ],
    [
      '/settings/mailboxes',
      [
        ['address', 'nonsense'],
        ['name', 'Our shop'],
      ],
      ['value="nonsense"', 'value="Our shop"'],
    ],
    [
      `/settings/mailboxes/${desk.mailboxId}`,
      [
        ['name', 'Renamed'],
        ['denied', 'no address at all'],
      ],
      ['value="Renamed"', 'no address at all'],
    ],
    [
      `/settings/mailboxes/${desk.mailboxId}/smtp`,
      [
        ['verb', 'save'],
        ['host', 'smtp.example.net'],
        ['port', '2525'],
        ['user', 'shop'],
        ['dailyLimit', '99999999999'],
      ],
      ['value="smtp.example.net"', 'value="2525"', 'value="shop"', 'value="99999999999"'],
    ],
    [
      '/settings/clocks/1',
      [['firstAnswerMinutes', 'some day']],
      ['value="some day"', '>first answer minutes: must be a time'],
    ],
    [
      '/settings/fields',
      [
        ['key', 'Bad Key!'],
        ['name', 'Shelf'],
      ],
      ['value="Bad Key!"', 'value="Shelf"'],
    ],
  ];
  for (const [path, fields, kept] of refused) {
    const answer = await page(desk.ada, path, fields);
    expect([path, answer.status]).toEqual([path, 422]);
    for (const text of kept) expect(answer.text).toContain(text);
  }
});
