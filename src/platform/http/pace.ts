import type { IncomingMessage, ServerResponse } from 'node:http';

export type Pace = {
  /** A body of which nothing comes for this long is given up. */
  readonly stallMs: number;
  /** What a body is given before its speed counts. */
  readonly graceMs: number;
  /** Slower than this on the whole, it is given up. */
  readonly bytesPerSecond: number;
  readonly checkMs: number;
};

/** Slower than the line of any relay or operator, faster than a client that only wants to hold a connection. */
const PACE: Pace = { stallMs: 5000, graceMs: 8000, bytesPerSecond: 16_384, checkMs: 500 };

type Watched = {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly startBytes: number;
  bytes: number;
  waited: number;
  stalled: number;
};

/**
 * Cuts off clients whose bodies come too slowly, whatever the route: 408, and the connection is closed. Only time in which
 * the server waits for the client counts, not that in which it has not yet taken what came.
 */
export function watchPace(pace: Pace = PACE) {
  const watched = new Set<Watched>();
  const check = (): void => {
    for (const each of watched) {
      if (each.incoming.complete || each.incoming.destroyed) watched.delete(each);
      else if (isTooSlow(each, pace)) {
        watched.delete(each);
        giveUp(each);
      }
    }
  };
  const timer = setInterval(check, pace.checkMs).unref();
  return {
    onRequest(incoming: IncomingMessage, outgoing: ServerResponse): void {
      const { bytesRead } = incoming.socket;
      watched.add({ incoming, outgoing, startBytes: bytesRead, bytes: bytesRead, waited: 0, stalled: 0 });
    },
    stop: () => clearInterval(timer),
  };
}

function isTooSlow(each: Watched, pace: Pace): boolean {
  const { bytesRead } = each.incoming.socket;
  const moved = bytesRead !== each.bytes;
  each.bytes = bytesRead;
  if (moved) each.stalled = 0;
  // What lies here unread is ours to take.
  if (each.incoming.readableLength > 0) return false;
  each.waited += pace.checkMs;
  if (!moved) each.stalled += pace.checkMs;
  const owed = ((each.waited - pace.graceMs) / 1000) * pace.bytesPerSecond;
  return each.stalled >= pace.stallMs || bytesRead - each.startBytes < owed;
}

function giveUp({ incoming, outgoing }: Watched): void {
  const { socket } = incoming;
  if (outgoing.headersSent) return void socket.destroy();
  socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  socket.destroySoon();
}
