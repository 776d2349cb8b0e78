import { afterEach, expect, test } from 'vitest';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();
const open: ReadableStreamDefaultController<Uint8Array>[] = [];
let begun = 0;
afterEach(() => {
  for (const each of open.splice(0)) each.error(new Error('gone'));
  begun = 0;
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
const UPLOAD = { 'content-type': 'multipart/form-data; boundary=b', 'sec-fetch-site': 'same-origin' };
const JSON_BODY = { 'content-type': 'application/json' };

async function desk() {
  const made = testApp(db);
  const requestId = await insertRequest(db, await insertDesk(db));
  const ann = await testOperator(made.deps, { name: 'Ann' });
  const { session } = await db.begin((tx) => openSession(tx, ann.id, made.clock.now()));
  const post = async (
    path: string,
    headers: Record<string, string>,
    body: RequestInit['body'],
    method = 'POST',
  ) => made.app.request(path, { method, headers, body, duplex: 'half' } as RequestInit);
  /** Begins a call whose body, without a length, gives nothing. */
  const stall = (path: string, headers: Record<string, string>, method = 'POST') => {
    const body = new ReadableStream<Uint8Array>(
      { start: (controller) => void open.push(controller), pull: () => void (begun += 1) },
      { highWaterMark: 0 },
    );
    return post(path, headers, body, method);
  };
  const cookie = { cookie: `__Host-mailroom=${session}` };
  return { ...made, ann, post, stall, cookie, requestId };
}

function replyWith(fileBytes: number): FormData {
  const form = new FormData();
  form.set('text', 'Typed for an hour');
  form.append('attachments', new File([new Uint8Array(fileBytes)], 'big.zip'));
  form.set('then', 'next');
  return form;
}

test('who has no session or token holds no place for uploads', async () => {
  const { post, stall, cookie, ann, requestId } = await desk();
  for (const path of ['replies', 'notes', 'canned', 'drafts/reply/remove-file'])
    void stall(`/requests/${requestId}/${path}`, UPLOAD);
  // No route has this method; the path alone takes files.
  await problemOf(
    await stall(`/v1/requests/${requestId}/messages`, UPLOAD, 'DELETE'),
    405,
    'method_not_allowed',
  );
  await problemOf(await stall(`/v1/requests/${requestId}/messages`, UPLOAD), 401, 'unauthenticated');
  const here = { ...cookie, 'sec-fetch-site': 'same-origin' };
  expect((await post(`/requests/${requestId}/replies`, here, replyWith(10))).status).toBe(303);
  const form = new FormData();
  form.set('reply', JSON.stringify({ text: 'x' }));
  const token = { authorization: `Bearer ${ann.token}` };
  expect((await post(`/v1/requests/${requestId}/messages`, token, form)).status).toBe(201);
});

test('of a crowd without a session few bodies are read, whatever the paths', async () => {
  const { stall, requestId } = await desk();
  const paths = [
    ['/sign-in', FORM],
    ['/v1/sign-in', JSON_BODY],
    ['/settings/me', FORM],
    ['/sign-out', FORM],
    [`/requests/${requestId}/replies`, UPLOAD],
    [`/requests/${requestId}/close`, FORM],
  ] as const;
  for (let i = 0; i < 10; i++) for (const [path, headers] of paths) void stall(path, headers);
  await expect.poll(() => begun).toBeGreaterThan(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBeLessThanOrEqual(16);
});

test('what somebody typed comes back to them without a session, however large its files', async () => {
  const { post, requestId } = await desk();
  for (const bytes of [10, 5_000_000]) {
    const here = { 'sec-fetch-site': 'same-origin' };
    const response = await post(`/requests/${requestId}/replies`, here, replyWith(bytes));
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('Typed for an hour');
  }
  const nonsense = await post(`/requests/${requestId}/replies`, UPLOAD, 'x'.repeat(2_000_000));
  expect(nonsense.status).toBe(401);
});

test('no form of the console is read without end, signed in or not', async () => {
  const { post, cookie, requestId } = await desk();
  const large = `text=${'x'.repeat(1024 * 1024)}`;
  for (const path of ['/settings/me', '/views', `/requests/${requestId}/close`, '/deliveries/retry']) {
    expect((await post(path, { ...FORM, ...cookie }, large)).status).toBe(413);
    await problemOf(await post(path, FORM, large), 413, 'too_large');
  }
  const small = 'x'.repeat(17 * 1024);
  await problemOf(await post('/sign-in', FORM, small), 413, 'too_large');
  await problemOf(await post('/v1/sign-in', JSON_BODY, small), 413, 'too_large');
});
