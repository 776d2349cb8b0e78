import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export type HttpListener = {
  readonly port: number;
  /** Answers requests from now on; call it in the turn in which `bindHttp` resolved. */
  readonly serve: (fetch: (request: Request) => Response | Promise<Response>) => void;
  /** Takes no more connections and resolves when every request has its answer, or is cut off at the deadline. */
  readonly close: () => Promise<void>;
};

// Longer than the 20 s in which a relay's post is answered, shorter than the 30 s after which supervisors kill.
const DRAIN_MS = 25_000;
const IDLE_CHECK_MS = 50;

/** Takes a port; fails in words when it is taken, not allowed, or the address is none of this machine's. */
export async function bindHttp(place: {
  readonly host: string;
  readonly port: number;
}): Promise<HttpListener> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, place)));
    server.listen({ host: place.host, port: place.port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve: (fetch) => void server.on('request', getRequestListener(fetch)),
    close: () =>
      new Promise((resolve) => {
        const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        // A keep-alive connection that falls idle after `close` would hold it open until the client lets go.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
        server.close(() => {
          clearTimeout(deadline);
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

function explained(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use already: stop what listens there, or set another PORT.`,
    EACCES: `Port ${port} on ${host} may not be opened by this user: set a PORT of 1024 or more.`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set HOST to one, to 127.0.0.1, or to 0.0.0.0 for all.`,
    ENOTFOUND: `${host} is no known host: set HOST to an address of this machine.`,
  };
  return new Error(words[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  });
}
