import type { MessagePort } from 'node:worker_threads';
import type { PostOutcome } from './protocol.ts';
import type { PostRequest } from '../script/url-fetch.ts';

/** Sends the script's requests from this thread over real sockets and wakes the thread that waits for each. */
export function createPoster(options: { readonly port: MessagePort; readonly answered: SharedArrayBuffer }) {
  const answered = new Int32Array(options.answered);
  const closing = new AbortController();
  options.port.on('message', (request: PostRequest) => {
    void send(request, closing.signal).then((outcome) => {
      options.port.postMessage(outcome);
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    });
  });
  return {
    close(): void {
      closing.abort();
      options.port.close();
    },
  };
}

/** One request as UrlFetchApp makes it: no redirect followed, and its error text when there is no answer. */
async function send(request: PostRequest, closing: AbortSignal): Promise<PostOutcome> {
  const timeout = AbortSignal.timeout(request.timeoutSeconds * 1000);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body !== '' && { body: request.body }),
      redirect: 'manual',
      signal: AbortSignal.any([timeout, closing]),
    });
    const body = await response.text();
    return { reply: { status: response.status, headers: Object.fromEntries(response.headers), body } };
  } catch {
    return { error: timeout.aborted ? `Timeout: ${request.url}` : `Address unavailable: ${request.url}` };
  }
}
