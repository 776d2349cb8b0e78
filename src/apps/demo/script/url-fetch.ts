import type { Execution } from './execution.ts';
import type { HttpReply, HttpRequest } from '../google/rest.ts';
import { strict } from './strict.ts';

/** What the script hands to UrlFetchApp for a server other than Gmail. */
export type PostRequest = HttpRequest & { readonly timeoutSeconds: number };

type FetchOptions = {
  readonly method?: string;
  readonly contentType?: string;
  readonly headers?: Record<string, string>;
  readonly payload?: unknown;
  readonly muteHttpExceptions?: boolean;
  readonly followRedirects?: boolean;
  readonly timeoutSeconds?: number;
};

const knownOptions = [
  'url',
  'method',
  'contentType',
  'headers',
  'payload',
  'muteHttpExceptions',
  'followRedirects',
  'timeoutSeconds',
];
const gmailOrigin = 'https://gmail.googleapis.com/';
const MAX_BODY_BYTES = 50 * 1024 * 1024;

/** UrlFetchApp: Gmail's addresses go to the simulated account, every other one to `post`. */
export function createUrlFetchApp(options: {
  readonly execution: Execution;
  readonly gmail: (request: HttpRequest) => HttpReply;
  readonly post: (request: PostRequest) => HttpReply;
  readonly whitelist: readonly string[] | undefined;
}): object {
  function fetchOne(url: string, given: FetchOptions = {}): object {
    const request = readRequest(url, given);
    requireAllowed(url, options.whitelist);
    const reply = url.startsWith(gmailOrigin) ? options.gmail(request) : options.post(request);
    if (reply.body.length > MAX_BODY_BYTES) throw new Error('Limit Exceeded: URLFetch response size');
    if (reply.status >= 300 && reply.status < 400 && given.followRedirects !== false) {
      throw new Error('UrlFetchApp: following a redirect is not modelled');
    }
    if (reply.status >= 400 && given.muteHttpExceptions !== true) {
      throw new Error(
        `Request failed for ${url} returned code ${reply.status}. Truncated server response: ...`,
      );
    }
    return responseOf(reply);
  }

  return strict('UrlFetchApp', {
    fetch: (url: string, given?: FetchOptions) =>
      options.execution.external('UrlFetchApp.fetch', () => fetchOne(url, given), {
        url,
        method: given?.method ?? 'get',
      }),
    fetchAll: (requests: (FetchOptions & { url: string })[]) =>
      options.execution.external(
        'UrlFetchApp.fetchAll',
        () => requests.map((one) => fetchOne(one.url, one)),
        {
          url: requests[0]?.url ?? '',
          method: 'get',
        },
      ),
  });
}

function readRequest(url: string, given: FetchOptions): PostRequest {
  for (const name of Object.keys(given)) {
    if (!knownOptions.includes(name)) throw new Error(`UrlFetchApp: the option ${name} is not modelled`);
  }
  const { payload } = given;
  if (payload !== undefined && typeof payload !== 'string')
    throw new Error('UrlFetchApp: only text payloads are modelled');
  if (url.length > 2082) throw new Error('Limit Exceeded: URLFetch URL Length.');
  if ((payload?.length ?? 0) > MAX_BODY_BYTES) throw new Error('Limit Exceeded: URLFetch POST Size.');
  const contentType = given.contentType ?? 'application/x-www-form-urlencoded';
  return {
    url,
    method: (given.method ?? 'get').toUpperCase(),
    headers: { ...given.headers, ...(payload !== undefined && { 'Content-Type': contentType }) },
    body: payload ?? '',
    timeoutSeconds: given.timeoutSeconds ?? 360,
  };
}

function requireAllowed(url: string, whitelist: readonly string[] | undefined): void {
  if (!whitelist || whitelist.some((prefix) => url.startsWith(prefix))) return;
  throw new Error(`UrlFetch calls to ${url} are not permitted by your admin`);
}

function responseOf(reply: HttpReply): object {
  return strict('HTTPResponse', {
    getResponseCode: () => reply.status,
    getContentText: (_charset?: string) => reply.body,
    getAllHeaders: () => ({ ...reply.headers }),
  });
}
