import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Thread, untilAnswered, type World } from './world.ts';

const LISTS = [
  'status=new&sort=-createdAt',
  'status=in_progress&sort=priority',
  'assignee=me&sort=-lastMessageAt',
  'sort=subject&limit=50',
  'q=matter&limit=25',
  'include=snippet&include=unread&limit=50',
];

/** What operators do, one act a call: lists and conversations read, answers with and without a file, closings. */
export function operatorActs(world: World): () => Promise<void> {
  const { random, threads } = world;
  const acts = [readList, answer, readList, readConversation, answer, close];
  let turn = 0;
  return async () => {
    const act = acts[turn++ % acts.length] ?? readList;
    const open = threads.filter(({ isClosed }) => !isClosed);
    const thread = open[Math.floor(random() * open.length)];
    if (act === readList || thread === undefined) return readList(world);
    await act(world, thread);
  };
}

async function readList(world: World): Promise<void> {
  const query = LISTS[Math.floor(world.random() * LISTS.length)] ?? '';
  const began = performance.now();
  await untilAnswered(world, (url) => call(world, `${url}/v1/requests?${query}`));
  world.done.lists.push({ at: began, tookMs: performance.now() - began });
}

async function readConversation(world: World, { requestId }: Thread): Promise<void> {
  await untilAnswered(world, (url) => call(world, `${url}/v1/requests/${requestId}/messages`));
}

async function answer(world: World, thread: Thread): Promise<void> {
  const { random, done } = world;
  const text = `Answer ${randomUUID()}`;
  const file = random() < 0.15 ? randomBytes(10_000 + Math.floor(random() * 50_000)) : null;
  const reply = JSON.stringify({ text });
  const body = () => {
    if (file === null) return reply;
    const form = new FormData();
    form.set('reply', reply);
    form.set(
      'attachments',
      new File([new Uint8Array(file)], 'answer.bin', { type: 'application/octet-stream' }),
    );
    return form;
  };
  const isTaken = await untilAnswered(world, (url) =>
    call(world, `${url}/v1/requests/${thread.requestId}/messages`, { body: body(), key: text }),
  );
  // Another closed it meanwhile: refused, and not to be there.
  if (!isTaken.ok) return;
  done.answers.push(text);
  if (file !== null) done.files.push(createHash('sha256').update(file).digest('hex'));
}

async function close(world: World, thread: Thread): Promise<void> {
  thread.isClosed = true;
  await untilAnswered(world, (url) =>
    call(world, `${url}/v1/requests/${thread.requestId}/close`, { body: '{}' }),
  );
  world.done.closed += 1;
}

type Posted = { readonly body: string | FormData; readonly key?: string };

// Null when it was not answered, or with "not now"; a request that was closed before refuses (409), and anything else is a fault.
async function call(world: World, url: string, posted?: Posted): Promise<{ readonly ok: boolean } | null> {
  const isJson = typeof posted?.body === 'string';
  try {
    const response = await fetch(url, {
      method: posted === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${world.token}`,
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...(posted?.key === undefined ? {} : { 'idempotency-key': posted.key }),
      },
      ...(posted === undefined ? {} : { body: posted.body }),
    });
    const text = await response.text();
    if (response.ok) return { ok: true };
    if (response.status === 409) return { ok: false };
    if (response.status >= 400 && response.status < 500)
      throw new Error(`${url} was refused: ${response.status} ${text}`);
    return null;
  } catch (error) {
    // The process is gone, before its answer or in the middle of it.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
