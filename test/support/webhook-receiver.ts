import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type ReceivedPost = {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
  readonly body: string;
  readonly event: {
    readonly type: string;
    readonly data: { readonly id: number; readonly requestId: number | null };
  };
};

export type Answering = (post: ReceivedPost, response: ServerResponse, request: IncomingMessage) => void;

/** A program on this machine that is told of events; `answer` may be replaced while it runs. */
export async function webhookReceiver(answer: Answering = ok) {
  const posts: ReceivedPost[] = [];
  let connections = 0;
  const receiver = { answer };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const header = (name: string) => String(request.headers[name] ?? '');
      const post: ReceivedPost = {
        id: header('webhook-id'),
        timestamp: header('webhook-timestamp'),
        signatures: header('webhook-signature').split(' '),
        body,
        event: JSON.parse(body) as ReceivedPost['event'],
      };
      posts.push(post);
      receiver.answer(post, response, request);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/events`,
    posts,
    connections: () => connections,
    answerWith: (next: Answering) => (receiver.answer = next),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const ok: Answering = (_post, response) => response.writeHead(204).end();

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_post, response) =>
    response.writeHead(code, headers).end('no');
