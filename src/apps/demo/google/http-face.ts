import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpReply, HttpRequest } from './rest.ts';

export type HttpFace = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Serves the simulated Gmail API on a loopback socket, for clients that take a root URL as googleapis does. What the
 * simulation does not model is answered 501 with its name.
 */
export async function serveGmail(rest: (request: HttpRequest) => HttpReply): Promise<HttpFace> {
  const server = createServer((incoming, outgoing) => {
    void answer(rest, incoming).then((reply) => {
      outgoing.writeHead(reply.status, { ...reply.headers }).end(reply.body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  rest: (request: HttpRequest) => HttpReply,
  incoming: IncomingMessage,
): Promise<HttpReply> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    return rest({
      method: incoming.method ?? 'GET',
      url: `https://gmail.googleapis.com${incoming.url ?? '/'}`,
      headers: { authorization: incoming.headers.authorization ?? '' },
      body: Buffer.concat(chunks).toString('utf8'),
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { status: 501, headers: { 'Content-Type': 'text/plain' }, body: text };
  }
}
