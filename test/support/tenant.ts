import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export const TENANT = 'contoso.example';
export const CLIENT_ID = '6731de76-14a6-49ae-97bc-6eba6914391e';
export const CLIENT_SECRET = 'a-client-secret';

type Stored = {
  readonly id: string;
  readonly conversationId: string;
  readonly receivedAt: Date;
  raw: string;
  folder: string;
  changed: number;
  corrupt: boolean;
};

/** What goes wrong with one call: `drop` before it is done, `lost` after. */
export type Fault = 'throttle' | 'throttle_silently' | 'unavailable' | 'drop' | 'token_ended' | 'lost';

export type Call = { readonly method: string; readonly path: string };

/**
 * The part of a Microsoft 365 tenant that fetching uses, on a loopback socket: a closed list of paths, tokens that end, ids
 * that change with every move unless immutable ones are asked for, pages that are empty, doubled or out of order, delta links
 * that end. What it does not know it refuses.
 */
export async function startTenant(address: string, options: { readonly pageSize?: number } = {}) {
  const messages: Stored[] = [];
  const tokens = new Set<string>();
  const pages = new Map<string, { readonly ids: readonly string[]; readonly until: number }>();
  const calls: Call[] = [];
  let [changes, epoch, atOnce, mostAtOnce] = [0, 0, 0, 0];
  const state = {
    secret: CLIENT_SECRET,
    /** In scope of the app: only the mailbox itself, unless a test forgets to narrow it. */
    reached: [address],
    consent: true,
    fault: (_call: Call): Fault | null => null,
  };

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', origin);
    const isToken = url.pathname === `/${TENANT}/oauth2/v2.0/token`;
    const call = { method: request.method ?? '', path: isToken ? '/token' : `${url.pathname}${url.search}` };
    calls.push(call);
    const fault = isToken ? null : state.fault(call);
    if (fault === 'drop') return void request.socket.destroy();
    if (fault === 'token_ended') tokens.clear();
    atOnce += isToken ? 0 : 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    // A moment, so that calls that are made at the same time meet.
    await pause(1);
    const [status, answer, headers] = isToken ? token(body) : graph(request, url, fault);
    atOnce -= isToken ? 0 : 1;
    if (fault === 'lost') return void request.socket.destroy();
    const isText = typeof answer === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
    response.end(isText ? answer : JSON.stringify(answer));
  }

  type Answer = readonly [number, unknown, Readonly<Record<string, string>>?];
  const refuse = (status: number, code: string, headers = {}): Answer => [
    status,
    {
      error: {
        code,
        message: `${code}, as the simulated tenant has it`,
        innerError: { 'request-id': randomUUID() },
      },
    },
    headers,
  ];

  function token(body: string): Answer {
    const form = new URLSearchParams(body);
    const isRight =
      form.get('client_id') === CLIENT_ID &&
      form.get('grant_type') === 'client_credentials' &&
      form.get('scope') === 'https://graph.microsoft.com/.default';
    if (!isRight) return [400, { error: 'invalid_request', error_description: 'AADSTS70011' }];
    if (form.get('client_secret') !== state.secret)
      return [
        401,
        { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' },
      ];
    const access = randomUUID();
    tokens.add(access);
    return [200, { token_type: 'Bearer', expires_in: 3599, access_token: access }];
  }

  function graph(request: IncomingMessage, url: URL, fault: Fault | null): Answer {
    if (fault === 'throttle') return refuse(429, 'ApplicationThrottled', { 'retry-after': '7' });
    if (fault === 'throttle_silently') return refuse(429, 'ApplicationThrottled');
    if (fault === 'unavailable') return refuse(503, 'serviceNotAvailable');
    if (!tokens.has((request.headers.authorization ?? '').replace('Bearer ', '')))
      return refuse(401, 'InvalidAuthenticationToken');
    if (!state.consent) return refuse(403, 'ErrorAccessDenied');
    if (atOnce > 4) return refuse(429, 'ApplicationThrottled');
    const [, user = '', rest = ''] = /^\/v1\.0\/users\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
    if (!state.reached.includes(decodeURIComponent(user))) return refuse(403, 'ErrorAccessDenied');
    const isImmutable = (request.headers.prefer ?? '').includes('IdType="ImmutableId"');
    const shown = (message: Stored): string => (isImmutable ? message.id : `${message.id}-${message.folder}`);
    if (request.method !== 'GET') return refuse(501, `method ${request.method}`);

    const [, folder] = /^\/mailFolders\/(\w+)$/.exec(rest) ?? [];
    if (folder !== undefined)
      return [
        200,
        { displayName: folder, totalItemCount: messages.filter((each) => each.folder === folder).length },
      ];
    const [, changedIn] = /^\/mailFolders\/(\w+)\/messages\/delta$/.exec(rest) ?? [];
    if (changedIn !== undefined) return delta(url, changedIn, shown);
    const [, id, value] = /^\/messages\/([^/]+)(\/\$value)?$/.exec(rest) ?? [];
    const message = messages.find((each) => shown(each) === decodeURIComponent(id ?? ''));
    if (id === undefined) return refuse(501, `path ${rest}`);
    if (message === undefined) return refuse(404, 'ErrorItemNotFound');
    if (value === undefined)
      return [200, { ...listed(message, shown), internetMessageHeaders: headersOf(message) }];
    return message.corrupt ? refuse(500, 'ErrorContentConversionFailed') : [200, message.raw];
  }

  function delta(url: URL, folder: string, shown: (message: Stored) => string): Answer {
    const known = url.searchParams.get('$skiptoken') ?? url.searchParams.get('$deltatoken');
    if (known !== null && [...url.searchParams.keys()].length > 1) return refuse(400, 'query on a link');
    if (known !== null && !known.startsWith(`${epoch}.`))
      return epoch % 2 === 0
        ? refuse(400, 'syncStateNotFound')
        : refuse(410, 'SyncStateInvalid', { location: origin });
    let page = known === null ? undefined : pages.get(known);
    if (page === undefined) {
      const since = Number(known?.split('.')[1] ?? 0);
      const from = /^receivedDateTime ge (.+)$/.exec(url.searchParams.get('$filter') ?? '')?.[1];
      const changed = messages.filter(
        (each) =>
          each.folder === folder &&
          each.changed > since &&
          (from === undefined || each.receivedAt >= new Date(from)),
      );
      // Neither ordered nor once.
      const ids = changed.toReversed().flatMap((each, at) => (at % 7 === 0 ? [each.id, each.id] : [each.id]));
      page = { ids, until: changes };
    }
    const size = options.pageSize ?? 5;
    // The first page of several is empty, as it may be.
    const here = known === null && page.ids.length > size ? [] : page.ids.slice(0, size);
    const left = page.ids.slice(here.length);
    const base = `${origin}${url.pathname}`;
    const value = here
      .flatMap((id) => messages.filter((each) => each.id === id))
      .map((each) => listed(each, shown));
    if (left.length === 0)
      return [200, { value, '@odata.deltaLink': `${base}?$deltatoken=${epoch}.${page.until}` }];
    const next = `${epoch}.${page.until}.${randomUUID()}`;
    pages.set(next, { ids: left, until: page.until });
    return [200, { value, '@odata.nextLink': `${base}?$skiptoken=${next}` }];
  }

  function listed(message: Stored, shown: (message: Stored) => string) {
    const { conversationId, receivedAt } = message;
    return { id: shown(message), conversationId, receivedDateTime: receivedAt.toISOString(), isDraft: false };
  }

  return {
    endpoints: { loginUrl: origin, graphUrl: origin },
    state,
    calls,
    mostAtOnce: () => mostAtOnce,
    /** A message comes in. */
    deliver(
      raw: string,
      receivedAt: Date,
      arrival: { readonly folder?: string; readonly conversationId?: string } = {},
    ) {
      const id = `AAkALg=${messages.length}/${randomUUID()}`;
      const { folder = 'inbox', conversationId = randomUUID() } = arrival;
      messages.push({ id, raw, receivedAt, folder, conversationId, changed: ++changes, corrupt: false });
      return id;
    },
    /** What Outlook, a rule or Exchange does to a message later. */
    change(id: string, change: Partial<Pick<Stored, 'folder' | 'corrupt'>>) {
      const message = messages.find((each) => each.id === id);
      if (message !== undefined) Object.assign(message, change, { changed: ++changes });
    },
    delete: (id: string) =>
      void messages.splice(
        messages.findIndex((each) => each.id === id),
        1,
      ),
    endDeltaLinks: () => void (epoch += 1),
    endTokens: () => tokens.clear(),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function headersOf({ raw }: Stored): { readonly name: string; readonly value: string }[] {
  return (raw.split('\r\n\r\n')[0] ?? '').split('\r\n').flatMap((line) => {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
}
