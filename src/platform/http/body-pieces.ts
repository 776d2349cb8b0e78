import { Readable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Pieces } from '../files/pieces.ts';

/**
 * Opens the body of a call. On a socket it is read from Node itself: a web stream copies each piece and keeps a queue of its
 * own, which for a crowd of strangers is what their memory would go to.
 */
export function bodyPieces(c: Context): Pieces {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming instanceof Readable ? ofIncoming(incoming) : ofStream(c.req.raw.body);
}

function ofIncoming(incoming: HttpBindings['incoming']): Pieces {
  const come: Uint8Array[] = [];
  let asked: PromiseWithResolvers<Uint8Array | null> | null = null;
  const answer = (piece: Uint8Array | null): void => {
    asked?.resolve(piece);
    asked = null;
  };
  const onData = (piece: Uint8Array): void => {
    incoming.pause();
    if (asked === null) come.push(piece);
    else answer(piece);
  };
  const onEnd = (): void => answer(null);
  const onClose = (): void => {
    asked?.reject(new Error('the body broke off'));
    asked = null;
  };
  incoming.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose).pause();
  return {
    next() {
      const piece = come.shift();
      if (piece !== undefined) return Promise.resolve(piece);
      if (incoming.readableEnded) return Promise.resolve(null);
      if (incoming.destroyed) return Promise.reject(new Error('the body broke off'));
      asked = Promise.withResolvers();
      incoming.resume();
      return asked.promise;
    },
    release() {
      incoming.off('data', onData).off('end', onEnd).off('close', onClose);
    },
  };
}

function ofStream(body: ReadableStream<Uint8Array> | null): Pieces {
  const reader = body?.getReader();
  return {
    async next() {
      const step = await reader?.read();
      return step === undefined || step.done ? null : step.value;
    },
    release: () => reader?.releaseLock(),
  };
}
