import { describe, expect, test } from 'vitest';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { fileForm } from '../support/file-form.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type By = { readonly token: string };
type File = { readonly id: number; readonly name: string };
type Draft = {
  readonly id: number;
  readonly requestId: number;
  readonly version: number;
  readonly text: string;
  readonly files: readonly File[];
};

async function desk() {
  const { ann, ...place } = await testDesk(deps, ['Ann']);
  const opened = async () => {
    const id = await insertRequest(db, place);
    await insertInbound(db, place, id);
    return id;
  };
  return { place, ann, opened, id: await opened() };
}

const pathOf = (requestId: number, kind = 'reply') => `/v1/requests/${requestId}/drafts/${kind}`;

const save = (by: By, requestId: number, body: object, kind = 'reply') =>
  call('PUT', pathOf(requestId, kind), { token: by.token, body });

async function saved(by: By, requestId: number, body: object, kind = 'reply'): Promise<Draft> {
  const answer = await save(by, requestId, body, kind);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Draft;
}

async function found(by: By, requestId: number, kind = 'reply'): Promise<Draft> {
  return (await (await call('GET', pathOf(requestId, kind), by)).json()) as Draft;
}

async function uploaded(by: By, requestId: number, name: string, kind = 'reply'): Promise<Draft> {
  const path = `${pathOf(requestId, kind)}/files`;
  const answer = await call('POST', path, { token: by.token, ...fileForm(name, `this is ${name}`) });
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as Draft;
}

describe('a draft', () => {
  test('is kept for its operator alone, a reply and a note apart', async () => {
    const { ann, id } = await desk();
    const bob = await testOperator(deps, { name: 'Bob' });
    const cc = ['ivan@exam', 'ann@example.org'];
    expect(await saved(ann, id, { version: 0, text: 'Dear', cc })).toMatchObject({ version: 1, cc });
    expect(await saved(ann, id, { version: 0, text: 'Odd.' }, 'note')).toMatchObject({
      version: 1,
      cc: null,
    });
    expect(await saved(ann, id, { version: 1, text: 'Dear Maria', cc })).toMatchObject({ version: 2 });
    expect(await found(ann, id)).toMatchObject({
      requestId: id,
      kind: 'reply',
      text: 'Dear Maria',
      files: [],
    });
    expect(await found(ann, id, 'note')).toMatchObject({ kind: 'note', text: 'Odd.' });
    await problemOf(await call('GET', pathOf(id), bob), 404, 'not_found');
    expect(await saved(bob, id, { version: 0, text: 'Hi' })).toMatchObject({ version: 1 });
    expect(await db`select type from events where request_id = ${id}`).toEqual([]);
  });

  test('is not overwritten from an older tab, which is told what stands there', async () => {
    const { ann, id } = await desk();
    await saved(ann, id, { version: 0, text: 'One' });
    await saved(ann, id, { version: 1, text: 'Two' });
    for (const version of [0, 1, 3]) {
      const problem = await problemOf(await save(ann, id, { version, text: 'Old' }), 409, 'newer_version');
      expect(problem).toMatchObject({ draft: { version: 2, text: 'Two' } });
    }
    await problemOf(await call('DELETE', `${pathOf(id)}?version=1`, ann), 409, 'newer_version');
    expect(await found(ann, id)).toMatchObject({ version: 2, text: 'Two' });
    expect((await call('DELETE', `${pathOf(id)}?version=2`, ann)).status).toBe(204);
    const gone = await problemOf(await save(ann, id, { version: 2, text: 'Old' }), 409, 'newer_version');
    expect(gone).toMatchObject({ draft: null });
    expect((await call('DELETE', pathOf(id), ann)).status).toBe(204);
    expect(await db`select id from drafts`).toEqual([]);
  });

  test('saved again, because the answer got lost, is as it was', async () => {
    const { ann, id } = await desk();
    await saved(ann, id, { version: 0, text: 'One' });
    await saved(ann, id, { version: 0, text: 'One' });
    await saved(ann, id, { version: 1, text: 'Two' });
    expect(await saved(ann, id, { version: 1, text: 'Two' })).toMatchObject({ version: 2 });
  });

  test('of two first savings at once, one wins', async () => {
    const { ann, id } = await desk();
    const answers = await Promise.all(
      ['One', 'Two', 'Three'].map((text) => save(ann, id, { version: 0, text })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await db`select version from drafts`).toEqual([{ version: 1 }]);
  });

  test('stays when the request is taken, assigned, closed and when a reply is refused', async () => {
    const { ann, id, place } = await desk();
    const lea = await testOperator(deps, { name: 'Lea' });
    const { id: draftId, version } = await saved(ann, id, { version: 0, text: 'Dear' });
    await call('POST', `/v1/requests/${id}/take`, lea);
    await call('POST', `/v1/requests/${id}/assign`, { ...lea, body: { operatorId: ann.id } });
    const [seen] = await db<{ id: number }[]>`select max(id) as id from messages where request_id = ${id}`;
    await insertInbound(db, place, id);
    const body = { text: 'Dear', seenMessageId: seen?.id, draft: { id: draftId, version } };
    const refused = await call('POST', `/v1/requests/${id}/messages`, { ...ann, body });
    await problemOf(refused, 409, 'thread_moved_on');
    await call('POST', `/v1/requests/${id}/close`, lea);
    expect(await found(ann, id)).toMatchObject({ id: draftId, version, text: 'Dear' });
  });

  test.each([
    [{ version: -1, text: '' }, '/version'],
    [{ text: '' }, '/version'],
    [{ version: 0 }, '/text'],
    [{ version: 0, text: 'x'.repeat(200_001) }, '/text'],
    [{ version: 0, text: '', cc: ['\0'] }, '/cc/0'],
    [{ version: 0, text: '', html: '' }, '/html'],
  ])('%# is refused by its field', async (body, pointer) => {
    const { ann, id } = await desk();
    const problem = await problemOf(await save(ann, id, body), 400, 'invalid_input');
    expect(problem.errors).toMatchObject([{ pointer }]);
    const note = await save(ann, id, { version: 0, text: '', cc: [] }, 'note');
    expect((await problemOf(note, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/cc' }]);
    expect(await db`select id from drafts`).toEqual([]);
  });
});

describe('a merge', () => {
  test('takes drafts along, which are found under both numbers', async () => {
    const { ann, id, opened } = await desk();
    const target = await opened();
    const { id: draftId } = await saved(ann, id, { version: 0, text: 'Dear' });
    await call('POST', `/v1/requests/${id}/merge`, { ...ann, body: { into: target } });
    for (const number of [id, target]) {
      expect(await found(ann, number)).toMatchObject({ id: draftId, requestId: target, version: 1 });
    }
    expect(await saved(ann, id, { version: 1, text: 'Dear Maria' })).toMatchObject({ requestId: target });
    await saved(ann, id, { version: 0, text: 'Odd.' }, 'note');
    expect(await found(ann, target, 'note')).toMatchObject({ requestId: target, text: 'Odd.' });
  });

  test('keeps both texts and all files of who wrote on both', async () => {
    const { ann, id, opened } = await desk();
    const bob = await testOperator(deps, { name: 'Bob' });
    const target = await opened();
    await saved(ann, id, { version: 0, text: 'From here.' });
    await uploaded(ann, id, 'here.txt');
    await saved(ann, target, { version: 0, text: 'From there.' });
    await uploaded(ann, target, 'there.txt');
    await saved(bob, id, { version: 0, text: 'Bob’s.' });
    await call('POST', `/v1/requests/${id}/merge`, { ...ann, body: { into: target } });
    const draft = await found(ann, target);
    expect(draft).toMatchObject({ version: 2, text: 'From there.\n\nFrom here.' });
    expect(draft.files.map(({ name }) => name)).toEqual(['here.txt', 'there.txt']);
    expect(await found(bob, target)).toMatchObject({ text: 'Bob’s.' });
    expect(await db`select count(*) from drafts`).toEqual([{ count: 2 }]);
  });

  test('that comes while a draft is saved loses no text', async () => {
    const { ann, id, opened } = await desk();
    const target = await opened();
    const [merged, ...answers] = await Promise.all([
      call('POST', `/v1/requests/${id}/merge`, { ...ann, body: { into: target } }),
      save(ann, id, { version: 0, text: 'Dear' }),
      save(ann, id, { version: 0, text: 'Odd.' }, 'note'),
    ]);
    expect([merged.status, ...answers.map(({ status }) => status)]).toEqual([200, 200, 200]);
    expect(await db`select request_id, text from drafts order by text`).toEqual([
      { requestId: target, text: 'Dear' },
      { requestId: target, text: 'Odd.' },
    ]);
  });
});

describe('files', () => {
  test('belong to the draft, begin one where there is none, and leave the version of its words', async () => {
    const { ann, id } = await desk();
    const first = await uploaded(ann, id, '../ab.txt');
    expect(first).toMatchObject({ version: 0, text: '', files: [{ contentType: 'text/plain' }] });
    expect(await saved(ann, id, { version: 0, text: 'Dear' })).toMatchObject({ version: 1 });
    const second = await uploaded(ann, id, 'b.txt');
    expect(second).toMatchObject({ version: 1, text: 'Dear' });
    const [kept, removed] = second.files;
    expect(kept?.name).not.toContain('/');
    const got = await call('GET', `${pathOf(id)}/files/${removed?.id}`, ann);
    expect([got.headers.get('content-disposition'), await got.text()]).toEqual([
      'attachment; filename="b.txt"',
      'this is b.txt',
    ]);
    const bob = await testOperator(deps, { name: 'Bob' });
    for (const method of ['GET', 'DELETE'])
      await problemOf(await call(method, `${pathOf(id)}/files/${removed?.id}`, bob), 404, 'not_found');
    expect((await call('DELETE', `${pathOf(id)}/files/${removed?.id}`, ann)).status).toBe(204);
    expect((await found(ann, id)).files).toEqual([kept]);
    await call('DELETE', pathOf(id), ann);
    expect(await db`select id from draft_files`).toEqual([]);
  });

  test('go along with the reply, which ends the draft', async () => {
    const { ann, id } = await desk();
    await uploaded(ann, id, 'a.txt');
    const { id: draftId, version } = await saved(ann, id, { version: 0, text: 'Dear Maria' });
    const body = {
      text: 'Dear Maria',
      html: '<p>Dear <img src="cid:a.txt"></p>',
      draft: { id: draftId, version },
    };
    const answer = await call('POST', `/v1/requests/${id}/messages`, { ...ann, body });
    expect(await answer.json()).toMatchObject({
      attachments: [{ name: 'a.txt', contentType: 'text/plain', size: 13, inline: true }],
      delivery: { state: 'queued' },
    });
    const [file] = await db<{ content: Buffer }[]>`select content from attachments`;
    expect(file?.content.toString()).toBe('this is a.txt');
    expect(await db`select id from drafts union all select id from draft_files`).toEqual([]);
    const again = await call('POST', `/v1/requests/${id}/messages`, { ...ann, body });
    expect(await problemOf(again, 409, 'newer_version')).toMatchObject({ draft: null });
    expect(await db`select count(*) from deliveries`).toEqual([{ count: 1 }]);
  });

  test('go along with the note, which ends the draft', async () => {
    const { ann, id } = await desk();
    const { id: draftId } = await uploaded(ann, id, 'a.txt', 'note');
    const body = { text: 'See the file.', draft: { id: draftId, version: 0 } };
    const answer = await call('POST', `/v1/requests/${id}/notes`, { ...ann, body });
    expect(await answer.json()).toMatchObject({ kind: 'note', attachments: [{ name: 'a.txt', size: 13 }] });
    expect(await db`select id from drafts`).toEqual([]);
  });

  test('and text stay when another tab has written on', async () => {
    const { ann, id } = await desk();
    const { id: draftId } = await saved(ann, id, { version: 0, text: 'One' });
    await saved(ann, id, { version: 1, text: 'Two' });
    const body = { text: 'One', draft: { id: draftId, version: 1 } };
    const answer = await call('POST', `/v1/requests/${id}/messages`, { ...ann, body });
    expect(await problemOf(answer, 409, 'newer_version')).toMatchObject({ draft: { text: 'Two' } });
    expect(await db`select id from messages where kind = 'outbound'`).toEqual([]);
    expect(await found(ann, id)).toMatchObject({ text: 'Two' });
  });

  test('that no mail could carry together are refused when they come', async () => {
    const { ann, id } = await desk();
    const { id: draftId } = await uploaded(ann, id, 'a.txt');
    // 19 MB are stored as if they had come before: the sum decides, not the file.
    await db`
      insert into draft_files (draft_id, name, content_type, size, content, created_at)
      select ${draftId}, 'big.bin', 'application/zip', 19000000, convert_to(repeat('x', 19000000), 'utf8'), created_at
      from draft_files`;
    const path = `${pathOf(id)}/files`;
    const answer = await call('POST', path, { ...ann, ...fileForm('c.txt', 'x'.repeat(900_000)) });
    const problem = await problemOf(answer, 400, 'invalid_input');
    expect(problem.errors).toMatchObject([{ pointer: '/attachments', detail: /25 MB/ }]);
    expect((await found(ann, id)).files.map(({ name }) => name)).toEqual(['a.txt', 'big.bin']);
  });

  test.each([
    ['--edge\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--edge--\r\n', '/file'],
    ['--edge\r\ncontent-disposition: form-data; name="other"\r\n\r\nx\r\n--edge--\r\n', '/other'],
    ['--edge--\r\n', '/file'],
    ['nonsense', ''],
  ])('in a form that is not as documented are refused by the field', async (body, pointer) => {
    const { ann, id } = await desk();
    const { headers } = fileForm('', '');
    const answer = await call('POST', `${pathOf(id)}/files`, { ...ann, body, headers });
    expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
    expect(await db`select id from drafts`).toEqual([]);
  });
});

test('erasing a request erases what was begun on it', async () => {
  const { id } = await desk();
  const ada = await testOperator(deps, { name: 'Ada' });
  await saved(ada, id, { version: 0, text: 'Dear' });
  await uploaded(ada, id, 'a.txt');
  expect((await call('DELETE', `/v1/requests/${id}`, ada)).ok).toBe(true);
  expect(await db`select id from drafts union all select id from draft_files`).toEqual([]);
});
