import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { watchConnections } from '../net/watch-connections.ts';
import { type Pace, watchPace } from './pace.ts';
import { type Fetch, refusingInFull } from './refusing-in-full.ts';

export type HttpListener = {
  readonly port: number;
  /** Answers requests from now on; call it in the turn in which `bindHttp` resolved. */
  readonly serve: (fetch: Fetch) => void;
  /** Takes no more connections and resolves when every request has its answer, or is cut off at the deadline. */
  readonly close: () => Promise<void>;
};

// Longer than the 20 s in which a relay's post is answered, shorter than the 30 s after which supervisors kill.
const DRAIN_MS = 25_000;
const IDLE_CHECK_MS = 50;

/** How long a client may take, in milliseconds, to send the head of a request; Node looks once a second. */
const HEADERS_WITHIN_MS = 10_000;
const HEADERS_CHECK_MS = 1000;

export type ListenPlace = {
  readonly host: string;
  readonly port: number;
  /** How slowly heads and bodies may come; tests that wait for it shorten it. */
  readonly headersWithinMs?: number;
  readonly pace?: Pace;
};

/** Takes a port; fails with a readable message when the port is taken or not allowed, or the address does not belong to this machine. */
export async function bindHttp(place: ListenPlace): Promise<HttpListener> {
  const headersTimeout = place.headersWithinMs ?? HEADERS_WITHIN_MS;
  const server = createServer({
    headersTimeout,
    connectionsCheckingInterval: Math.min(HEADERS_CHECK_MS, headersTimeout),
  });
  const pace = watchPace(place.pace);
  const connections = watchConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, place)));
    server.listen({ host: place.host, port: place.port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve: (fetch) => {
      const listener = getRequestListener(refusingInFull(fetch));
      server.on('request', (incoming, outgoing) => {
        pace.onRequest(incoming, outgoing);
        return listener(incoming, outgoing);
      });
    },
    close: () =>
      new Promise((resolve) => {
        const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        // Also those that fall idle later: a client may keep one for minutes.
        const idle = setInterval(connections.endIdle, IDLE_CHECK_MS);
        const late = setTimeout(connections.endWaiting, headersTimeout);
        server.close(() => {
          clearTimeout(deadline);
          clearTimeout(late);
          pace.stop();
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

function explained(error: NodeJS.ErrnoException, { host, port }: ListenPlace): Error {
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use already: stop what listens there, or set another PORT.`,
    EACCES: `Port ${port} on ${host} may not be opened by this user: set a PORT of 1024 or more.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: set HOST to one of its addresses, to 127.0.0.1, or to 0.0.0.0 for all.`,
    ENOTFOUND: `${host} is not a known host: set HOST to an address of this machine.`,
  };
  return new Error(words[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  });
}
