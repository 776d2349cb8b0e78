import PostalMime from 'postal-mime';
import { beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { problemOf } from '../support/app.ts';
import { sendingDesk, testSendingDesk } from '../support/sending-desk.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db, empty, parsePool, smtp, desk } = await testSendingDesk();
beforeEach(async () => {
  await desk.deliver();
  smtp.mails.length = 0;
});

type Given = { readonly name: string; readonly type?: string; readonly content: string | Uint8Array };

function form(reply: unknown, files: readonly Given[] = []): FormData {
  const data = new FormData();
  if (reply !== undefined) data.set('reply', typeof reply === 'string' ? reply : JSON.stringify(reply));
  for (const { name, type = 'application/pdf', content } of files) {
    const bytes = typeof content === 'string' ? content : new Uint8Array(content);
    data.append('attachments', new File([bytes], name, { type }));
  }
  return data;
}

async function post(body: FormData, headers: Record<string, string> = {}): Promise<Response> {
  return desk.app.request('/v1/requests/1/messages', {
    method: 'POST',
    headers: { authorization: `Bearer ${desk.ann.token}`, ...headers },
    body,
  });
}

const queued = async (): Promise<number> => (await db`select id from deliveries where kind = 'reply'`).length;

test('files leave byte for byte under safe names, and one that the HTML shows goes inline', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
  const html = 'See <img src="cid:plan 1.png" alt="plan"> and run.';
  const response = await post(
    form({ text: 'See the plan.', html }, [
      { name: '../../счёт "№1".pdf', content: bytes },
      { name: 'plan 1.png', type: 'image/png', content: 'png' },
      { name: 'a.eml', type: 'message/rfc822', content: 'Subject: x\r\n\r\nx' },
    ]),
  );
  expect(response.status).toBe(201);
  const message = (await response.json()) as any;
  expect(message.attachments).toMatchObject([
    { name: 'счёт "№1".pdf', contentType: 'application/pdf', size: 100_000, inline: false, contentId: null },
    { name: 'plan 1.png', contentType: 'image/png', inline: true, contentId: expect.any(String) },
    { name: 'a.eml', contentType: 'application/octet-stream', inline: false },
  ]);
  await desk.deliver();
  const parsed = await PostalMime.parse(smtp.mails[0]?.raw ?? '');
  expect(parsed.attachments.map(({ filename, disposition }) => [filename, disposition])).toEqual(
    expect.arrayContaining([
      ['счёт "№1".pdf', 'attachment'],
      ['plan 1.png', 'inline'],
      ['a.eml', 'attachment'],
    ]),
  );
  const sent = parsed.attachments.find(({ filename }) => filename?.endsWith('.pdf'));
  expect(Buffer.from(sent?.content as ArrayBuffer).equals(bytes)).toBe(true);
  const shown = parsed.attachments.find(({ disposition }) => disposition === 'inline');
  expect(parsed.html).toContain(`src="cid:${shown?.contentId?.replace(/[<>]/g, '')}"`);
});

test('every fault is named by its field, and nothing is queued', async () => {
  const file = { name: 'a.pdf', content: 'x' };
  const stray = form({ text: 'x' });
  stray.append('file', new File(['x'], 'a.pdf'));
  const text = form({ text: 'x' });
  text.append('attachments', 'no file');
  const twice = form({ text: 'x' });
  twice.append('reply', '{}');
  const cases: [FormData, string][] = [
    [form(undefined, [file]), '/reply'],
    [form('{"text":', [file]), '/reply'],
    [twice, '/reply'],
    [form({ text: ' ' }, [file]), '/text'],
    [form({ text: 'x', bcc: ['a@b.example'] }, [file]), '/bcc'],
    [form({ text: 'x', cc: ['nobody'] }, [file]), '/cc/0'],
    [form({ text: 'x', html: '<img src="cid:b.png">' }, [file]), '/html'],
    [form({ text: 'x', html: '<p>&nbsp;<script>x()</script></p>' }, [file]), '/html'],
    [
      form(
        { text: 'x' },
        Array.from({ length: 101 }, () => file),
      ),
      '/attachments',
    ],
    [form({ text: 'x' }, [{ name: 'big.zip', content: new Uint8Array(19_200_000) }]), '/attachments'],
    [stray, '/file'],
    [text, '/attachments/0'],
  ];
  for (const [body, pointer] of cases) {
    const problem = await problemOf(await post(body), 400, 'invalid_input');
    expect(problem.errors).toMatchObject([{ pointer }]);
  }
  expect(await queued()).toBe(0);
});

test('what Gmail takes is taken: 18 MB of files are 25 MB of mail', async () => {
  const content = new Uint8Array(18_000_000).fill(1);
  expect((await post(form({ text: 'x' }, [{ name: 'big.zip', content }]))).status).toBe(201);
  await desk.deliver();
  expect(smtp.mails[0]?.raw.length).toBeLessThan(25 * 1024 * 1024);
});

test('a body over the limit is refused before it is read, and a second upload meanwhile is told to come again', async () => {
  const declared = await post(form({ text: 'x' }), { 'content-length': String(27 * 1024 * 1024) });
  await problemOf(declared, 413, 'too_large');
  const slow = await slowly('/v1/requests/1/messages', { authorization: `Bearer ${desk.ann.token}` });
  const busy = await post(form({ text: 'x' }));
  await problemOf(busy, 503, 'busy');
  expect(busy.headers.get('retry-after')).toBe('5');
  expect(
    (await desk.call('POST', '/v1/requests/1/messages', { token: desk.ann.token, body: { text: 'x' } }))
      .status,
  ).toBe(201);
  expect((await post(form({ text: 'x' }), { 'content-length': '1000' })).status).toBe(201);
  await problemOf(await slow(), 400, 'invalid_input');
  expect((await post(form({ text: 'x' }))).status).toBe(201);
});

test('on pages nobody is refused for another’s upload: a text goes on beside it, and files wait for it', async () => {
  const { session } = await db.begin((tx) => openSession(tx, desk.ann.id, desk.clock.now()));
  const headers = {
    cookie: `__Host-mailroom=${session}; mailroom=${session}`,
    'sec-fetch-site': 'same-origin',
  };
  const send = async (text: string, more: Record<string, string> = {}) => {
    const body = new FormData();
    body.set('text', text);
    const answer = await desk.app.request('/requests/1/notes', {
      method: 'POST',
      headers: { ...headers, ...more },
      body,
    });
    return answer.status;
  };
  const slow = await slowly('/requests/1/notes', headers);
  const waiting = send('with files');
  const noted = async () => (await db`select text from messages where kind = 'note'`).map(({ text }) => text);
  expect(await send('without', { 'content-length': '100' })).toBe(303);
  expect(await noted()).toEqual(['without']);
  await slow();
  expect(await waiting).toBe(303);
  expect(await noted()).toEqual(['without', 'with files']);
});

/** Begins to send a form, and gives what ends it. */
async function slowly(path: string, headers: Record<string, string>): Promise<() => Promise<Response>> {
  let open: ReadableStreamDefaultController<Uint8Array> | undefined;
  const reading = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>(
    { start: (controller) => void (open = controller), pull: () => reading.resolve() },
    { highWaterMark: 0 },
  );
  const answer = desk.app.request(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
    body,
    duplex: 'half',
  });
  await reading.promise;
  return async () => {
    open?.enqueue(Buffer.from('--b--\r\n'));
    open?.close();
    return answer;
  };
}

test('a multipart body on any other path has the small limit', async () => {
  const response = await desk.app.request('/v1/requests/1/notes', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${desk.ann.token}`,
      'content-length': '2000000',
      'content-type': 'multipart/form-data; boundary=b',
    },
    body: 'x',
  });
  await problemOf(response, 413, 'too_large');
});

test('a repeat with the same key and files sends nothing twice; other bytes are another call', async () => {
  const key = { 'idempotency-key': 'k1' };
  const one = (await (await post(form({ text: 'x' }, [{ name: 'a', content: '1' }]), key)).json()) as any;
  const again = (await (await post(form({ text: 'x' }, [{ name: 'a', content: '1' }]), key)).json()) as any;
  expect(again.id).toBe(one.id);
  await problemOf(
    await post(form({ text: 'x' }, [{ name: 'a', content: '2' }]), key),
    422,
    'idempotency_mismatch',
  );
  expect(await queued()).toBe(1);
});

test('a reply to a letter-rich address is taken, and fails clearly where the server has no SMTPUTF8', async () => {
  const plain = await startSmtpListener({ asciiOnly: true });
  try {
    const other = await (async () => {
      await empty();
      return sendingDesk(db, { parsePool, smtpUrl: plain.url });
    })();
    const body = { text: 'x', cc: ['Жанна@пример.example'] };
    const message = await other.ok(other.ann.token, 'POST', '/v1/requests/1/messages', body);
    expect(message.cc).toEqual([{ name: '', address: 'жанна@xn--e1afmkfd.example' }]);
    await other.deliver();
    const { delivery } = (await other.ok(other.ann.token, 'GET', '/v1/requests/1/messages')).items.at(-1);
    expect(delivery.recipients).toMatchObject([
      { state: 'accepted' },
      { state: 'refused', enhancedCode: '5.6.7', reply: expect.stringContaining('SMTPUTF8') },
    ]);
    other.close();
  } finally {
    await plain.stop();
  }
});
