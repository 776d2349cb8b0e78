import { beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { DAY, HOUR } from '../../src/platform/time.ts';
import { rebuildReports } from '../../src/requests/reports/rebuild-reports.ts';
import { applyRetention, planRetention } from '../../src/requests/retention/apply-retention.ts';
import { retention as retentionCommand } from '../../src/apps/cli/desk/retention.ts';
import type { Desk } from '../../src/apps/cli/command.ts';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db, keep } = await testDatabase();
const made = testApp(db);
const { deps, clock } = made;
const desk = await testDesk(deps, ['Ada', 'Ann', 'Lea']);
const FILE = { name: 'a.txt', contentType: 'text/plain', content: Buffer.from('walrus') };
const DAYS = { originalsDays: 10, attachmentsDays: 20, bodiesDays: 30, requestsDays: 40 };
const PATH = `/v1/mailboxes/${desk.mailboxId}/retention`;

const call = async (method: string, path: string, body?: unknown, token = desk.ada.token): Promise<any> => {
  const response = await made.call(method, path, { token, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
};

/** A request with an email that has a file, a reply that has left, and a note. */
async function filled(): Promise<{ readonly id: number; readonly messageId: number }> {
  const id = await insertRequest(db, desk);
  const { messageId } = await insertInbound(db, desk, id, { attachment: FILE });
  await call('POST', `/v1/requests/${id}/notes`, { text: 'A walrus.' });
  await call('POST', `/v1/requests/${id}/take`);
  await call('POST', `/v1/requests/${id}/messages`, { text: 'Dear walrus.' });
  return { id, messageId };
}
const sent = async () =>
  db`update deliveries set state = 'sent', next_attempt_at = null, sent_at = ${clock.now()} where state = 'queued'`;
const closed = async () => {
  const one = await filled();
  await call('POST', `/v1/requests/${one.id}/close`, { notify: false });
  await sent();
  return one;
};
const first = await closed();
const second = await closed();
const open = await filled();
const unsent = await filled();
await call('POST', `/v1/requests/${unsent.id}/close`, { notify: false });
await db`update deliveries set state = 'sent', next_attempt_at = null, sent_at = ${clock.now()} where request_id <> ${unsent.id}`;
const merged = await insertRequest(db, desk);
await insertInbound(db, desk, merged);
await call('POST', `/v1/requests/${merged}/merge`, { into: second.id }).catch(async () => {
  await call('POST', `/v1/requests/${second.id}/reopen`);
  await call('POST', `/v1/requests/${merged}/merge`, { into: second.id });
  await call('POST', `/v1/requests/${second.id}/close`, { notify: false });
});
const start = clock.now();
const putBack = await keep();
beforeEach(async () => {
  await putBack();
  clock.advance(start.getTime() - clock.now().getTime());
});

const NOTHING = { originals: 0, attachments: 0, bodies: 0, requests: 0 };
const run = async () => (await applyRetention(deps))[0]?.gone;
const plan = async () => (await planRetention(deps, { mailboxId: null }))[0]?.gone;
const held = async (id: number) => {
  const [row] = await db`
    select count(distinct m.id)::int as messages, count(a.id)::int as files,
      count(*) filter (where m.text <> '')::int as texts, count(i.raw)::int as originals
    from messages m
    left join attachments a on a.message_id = m.id
    left join intake i on i.id = m.intake_id
    where m.request_id = ${id}`;
  return row;
};

test('each step goes on its day and no sooner, as much as was counted, and nothing of what is open or still to be sent', async () => {
  await call('PUT', PATH, DAYS);
  const untouched = await Promise.all([held(open.id), held(unsent.id)]);
  const stages = [
    [10, { ...NOTHING, originals: 3 }],
    [20, { ...NOTHING, attachments: 2 }],
    [30, { ...NOTHING, bodies: 9 }],
    [40, { ...NOTHING, requests: 3 }],
  ] as const;
  for (const [day, expected] of stages) {
    clock.advance(start.getTime() + day * DAY - 1000 - clock.now().getTime());
    expect([day, await run()]).toEqual([day, NOTHING]);
    clock.advance(1000);
    expect([day, await plan(), await run(), await run()]).toEqual([day, expected, expected, NOTHING]);
    if (day === 20) expect(await held(first.id)).toEqual({ messages: 4, files: 0, texts: 4, originals: 0 });
    if (day === 30) expect(await held(first.id)).toEqual({ messages: 4, files: 0, texts: 0, originals: 0 });
  }
  expect(await Promise.all([held(open.id), held(unsent.id)])).toEqual(untouched);
  expect((await db`select id from requests order by id`).map(({ id }) => id)).toEqual([open.id, unsent.id]);
  const events =
    await db`select type, actor_kind, new from events where type in ('mailbox.retention_applied', 'request.erased') order by id`;
  expect(events.map(({ type }) => type)).toEqual([
    ...Array.from({ length: 3 }, () => 'mailbox.retention_applied'),
    ...Array.from({ length: 3 }, () => 'request.erased'),
    'mailbox.retention_applied',
  ]);
  expect(events[0]).toMatchObject({ actorKind: 'system', new: { ...NOTHING, originals: 3 } });
  await sent();
  expect(await run()).toEqual({ ...NOTHING, requests: 1 });
});

test('a request that was reopened has its days again, and what has come since goes once more', async () => {
  await call('PUT', PATH, { ...DAYS, attachmentsDays: null, bodiesDays: null, requestsDays: null });
  clock.advance(11 * DAY);
  expect(await run()).toEqual({ ...NOTHING, originals: 3 });
  await call('POST', `/v1/requests/${first.id}/reopen`);
  await insertInbound(db, desk, first.id, { attachment: FILE });
  clock.advance(11 * DAY);
  expect(await run()).toEqual(NOTHING);
  await call('POST', `/v1/requests/${first.id}/close`, { notify: false });
  clock.advance(9 * DAY);
  expect(await run()).toEqual(NOTHING);
  clock.advance(DAY);
  expect(await run()).toEqual({ ...NOTHING, originals: 1 });
});

test('figures and reports go on counting what has gone, and are found right; what an admin erases they do not', async () => {
  const volume = async () => {
    const { asOf: _, ...counted } = await call(
      'GET',
      '/v1/reports/volume?from=2026-11-01&to=2026-11-30&timeZone=UTC',
    );
    return counted;
  };
  const before = await volume();
  await call('PUT', PATH, DAYS);
  clock.advance(41 * DAY);
  expect(await run()).toMatchObject({ requests: 3 });
  expect(await volume()).toEqual(before);
  expect((await rebuildReports({ db })).differed).toBe(0);
  expect(await volume()).toEqual(before);
  await sent();
  await call('DELETE', `/v1/requests/${unsent.id}`);
  expect((await volume()).total.opened).toBe(before.total.opened - 1);
});

test('what would be lost sooner than what has it inside is refused with the field, and changes nothing', async () => {
  const refused: readonly (readonly [object, string])[] = [
    [{ ...DAYS, originalsDays: 21 }, '/originalsDays'],
    [{ ...DAYS, originalsDays: null }, '/originalsDays'],
    [{ ...DAYS, bodiesDays: 41 }, '/bodiesDays'],
    [{ ...DAYS, bodiesDays: 0 }, '/bodiesDays'],
    [{ ...DAYS, requestsDays: 36_501 }, '/requestsDays'],
    [{ originalsDays: 1, attachmentsDays: 1, bodiesDays: 1 }, '/requestsDays'],
  ];
  for (const [body, pointer] of refused)
    for (const [method, path] of [
      ['PUT', PATH],
      ['POST', `${PATH}/dry-run`],
    ] as const) {
      const problem = await problemOf(
        await made.call(method, path, { token: desk.ada.token, body }),
        400,
        'invalid_input',
      );
      expect(problem.errors).toMatchObject([{ pointer }]);
    }
  expect(await db`select * from retentions`).toEqual([]);
  expect(await db`select * from events where type = 'mailbox.retention_set'`).toEqual([]);
});

test('it is for admins of the mailbox, and is told in the history once for each change', async () => {
  const { eve } = await otherTeam(deps, { role: 'admin' });
  for (const token of [desk.lea.token, desk.ann.token])
    for (const method of ['GET', 'PUT'] as const)
      await problemOf(
        await made.call(method, PATH, { token, ...(method === 'PUT' ? { body: DAYS } : {}) }),
        403,
        'forbidden',
      );
  await problemOf(await made.call('GET', PATH, { token: eve.token }), 404, 'not_found');
  await problemOf(await made.call('PUT', PATH, { token: eve.token, body: DAYS }), 404, 'not_found');
  await problemOf(
    await made.call('POST', `${PATH}/dry-run`, { token: eve.token, body: DAYS }),
    404,
    'not_found',
  );
  expect(await call('PUT', PATH, DAYS)).toEqual(DAYS);
  await call('PUT', PATH, DAYS);
  await call('PUT', PATH, { ...DAYS, requestsDays: null });
  expect(await call('GET', PATH)).toEqual({ ...DAYS, requestsDays: null });
  expect(await db`select old, new from events where type = 'mailbox.retention_set' order by id`).toEqual([
    { old: { originalsDays: null, attachmentsDays: null, bodiesDays: null, requestsDays: null }, new: DAYS },
    { old: { requestsDays: 40 }, new: { requestsDays: null } },
  ]);
});

test('a message handed over again is not filed again, and its original is answered as gone', async () => {
  await call('PUT', PATH, { ...DAYS, bodiesDays: null, requestsDays: null });
  clock.advance(11 * DAY);
  await run();
  await problemOf(
    await made.call('GET', `/v1/messages/${first.messageId}/raw`, { token: desk.ada.token }),
    404,
    'not_found',
  );
  const [row] =
    await db`select outcome, raw, from_address, request_id from intake where id = (select intake_id from messages where id = ${first.messageId})`;
  expect(row).toMatchObject({ outcome: 'erased', raw: null, fromAddress: null });
});

test('the command counts or lets go, by mailbox', async () => {
  await call('PUT', PATH, DAYS);
  clock.advance(41 * DAY);
  const use = async (values: Record<string, string | boolean>) =>
    retentionCommand.run({ ...deps, tell: () => {} } as unknown as Desk, values);
  const gone = { ...NOTHING, requests: 3 };
  const planned = await use({ 'dry-run': true });
  expect(planned.json).toEqual([{ mailbox: 'support@example.com', gone, failed: 0 }]);
  expect(planned.text).toBe(
    'support@example.com: 0 originals, 0 attachments, 0 texts, 3 whole requests would go.\n',
  );
  expect((await use({ mailbox: 'Support@Example.com' })).json).toEqual(planned.json);
  expect((await use({})).json).toEqual([{ mailbox: 'support@example.com', gone: NOTHING, failed: 0 }]);
  await expect(use({ mailbox: 'x@example.com' })).rejects.toThrow('is not the address of a mailbox');
});

test('the page counts without saving, saves, says what is wrong, and a request tells what has gone', async () => {
  const { session } = await db.begin((tx) => openSession(tx, desk.ada.id, clock.now()));
  const page = async (path: string, form?: Record<string, string>, language = 'en') => {
    const response = await made.app.request(path, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        cookie: `__Host-mailroom=${session}`,
        'accept-language': language,
        'sec-fetch-site': 'same-origin',
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    return { status: response.status, text: await response.text() };
  };
  clock.advance(11 * DAY);
  const post = `/settings/retention/${desk.mailboxId}`;
  const days = { originalsDays: '10', attachmentsDays: '10', bodiesDays: '', requestsDays: '' };
  const counted = await page(post, { ...days, do: 'count' });
  expect(counted.text).toMatch(/Tonight, in support@example\.com, .* 3 original emails, 2 attachments\./);
  expect(await db`select * from retentions`).toEqual([]);
  expect((await page(post, { ...days, do: 'count' }, 'ru')).text).toContain('3 исходных письма, 2 вложения.');
  const wrong = await page(post, { ...days, originalsDays: '11' });
  expect([wrong.status, wrong.text.includes('value="11"')]).toEqual([422, true]);
  expect(wrong.text).toMatch(
    /name="originalsDays"[^>]*aria-invalid="true"[\s\S]*?<small class="fault">must be at most 10/,
  );
  expect(wrong.text).toMatch(/role="alert"[\s\S]*It is not saved: see what is marked\./);
  expect((await page(post, { ...days, originalsDays: '1.5' })).status).toBe(422);
  expect((await page(post, days)).status).toBe(303);
  expect(await call('GET', PATH)).toEqual({
    ...DAYS,
    attachmentsDays: 10,
    bodiesDays: null,
    requestsDays: null,
  });
  await run();
  const shown = await page(`/requests/${first.id}`);
  expect(shown.text).toMatch(/<dt>Removed<\/dt>\s*<dd>originals <small>/);
  clock.advance(HOUR);
});
