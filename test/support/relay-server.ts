import { createHmac } from 'node:crypto';
import type { HttpReply } from '../../src/apps/demo/google/rest.ts';
import type { PostRequest } from '../../src/apps/demo/script/url-fetch.ts';

export type RelayBody = {
  relay: { version: string; account: string; pending: number; failed: number; runtimeTodaySeconds: number };
  messages: {
    id: string;
    threadId: string;
    internalDate: number;
    labelIds: string[];
    sizeEstimate: number;
    raw: string | null;
    headers?: [string, string][];
    oversize?: true;
  }[];
};

type Answer = (body: RelayBody, batch: string) => HttpReply;

export type RelayServer = ReturnType<typeof createRelayServer>;

/**
 * The server's side of the wire contract, in memory: checks signature and shape by its own means, stores a mail once,
 * and can be told to answer otherwise.
 */
export function createRelayServer(options: { readonly secret: string; readonly now: () => number }) {
  const stored = new Map<string, RelayBody['messages'][number]>();
  const times = new Map<string, number>();
  const posts: RelayBody[] = [];
  const server = {
    stored,
    /** How often each mail was committed: more than once would be a double. */
    times,
    posts,
    /** What requests had wrong; a test ends by expecting none. */
    breaches: [] as string[],
    heartbeats: () => posts.filter((post) => post.messages.length === 0),
    /** Answers instead of the contract; nothing is stored. */
    answer: undefined as Answer | undefined,
    /** Called before a request is looked at; may throw what UrlFetchApp throws. */
    hang: undefined as (() => void) | undefined,

    post(request: PostRequest): HttpReply {
      server.hang?.();
      const problems = problemsOf(request, options);
      if (problems.length > 0) {
        server.breaches.push(...problems);
        return reply(401, { title: problems.join(', ') });
      }
      const body = JSON.parse(request.body) as RelayBody;
      posts.push(body);
      const batch = request.headers['webhook-id'] ?? '';
      if (server.answer) return server.answer(body, batch);
      const results = body.messages.map((message) => ({
        id: message.id,
        ...server.file(message),
        outcome: null,
      }));
      return reply(200, { batch, results });
    },

    file(message: RelayBody['messages'][number]): { status: string } {
      if (stored.has(message.id)) return { status: 'duplicate' };
      stored.set(message.id, message);
      times.set(message.id, (times.get(message.id) ?? 0) + 1);
      return { status: 'accepted' };
    },
  };
  return server;
}

export function reply(status: number, body: unknown, headers: Record<string, string> = {}): HttpReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: text };
}

function problemsOf(
  request: PostRequest,
  options: { readonly secret: string; readonly now: () => number },
): string[] {
  const header = (name: string): string => request.headers[name] ?? '';
  const key = Buffer.from(options.secret.replace('whsec_', ''), 'base64');
  const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${request.body}`;
  const expected = `v1,${createHmac('sha256', key).update(Buffer.from(signed, 'utf8')).digest('base64')}`;
  return [
    request.method !== 'POST' && 'not a POST',
    header('webhook-signature') !== expected && 'the signature is wrong',
    Math.abs(Number(header('webhook-timestamp')) - options.now() / 1000) > 300 && 'the timestamp is off',
    header('Content-Type') !== 'application/json' && 'the content type is not JSON',
    /[^\x20-\x7e]/.test(request.body) && 'the body is not ASCII',
    request.timeoutSeconds !== 30 && 'the timeout is not 30 s',
  ].filter((problem) => problem !== false);
}
