import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../../platform/clock.ts';
import { type Answer, refuse } from './answer.ts';
import { createDeltaPages } from './delta-pages.ts';
import { createAttachments } from './tenant-attachments.ts';
import { createSubscriptions, postBy, type PostNotification } from './tenant-subscriptions.ts';
import { createIdentity } from './tenant-identity.ts';
import { createTenantMailbox, headerOf, headersOf, listed, type Stored } from './tenant-mailbox.ts';

/** What goes wrong with one call: `drop` before it is done, `lost` after. */
export type Fault = 'throttle' | 'throttle_silently' | 'unavailable' | 'drop' | 'token_ended' | 'lost';

export type TenantCall = { readonly method: string; readonly path: string; readonly at: Date };

export type TenantOptions = {
  readonly pageSize?: number;
  readonly now?: () => Date;
  /** Its SMTP server; none unless given. */
  readonly smtpUrl?: string;
  /** A message has left the mailbox. */
  readonly onSent?: (raw: string) => void;
  /** How it reaches who wants to be told of new mail; by the network unless given. */
  readonly post?: PostNotification;
};

/** The query keys that are known; anything else is refused, as is a path or method that is not. */
const QUERY = /^\$(select|filter|orderby|top|skip|skiptoken|deltatoken)$/;
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * The part of a Microsoft 365 tenant that Mailroom uses, on a loopback socket: a closed list of paths, tokens that end, ids
 * that change with every move unless immutable ones are asked for, pages that are empty, doubled or out of order, delta links
 * that end, drafts that are sent. What it does not know it refuses.
 */
export async function startTenant(address: string, options: TenantOptions = {}) {
  const { now = () => systemClock.now(), pageSize = 5 } = options;
  const mailbox = createTenantMailbox(now);
  const pages = createDeltaPages(mailbox, { pageSize, epoch: now().getTime() });
  const identity = createIdentity(() => origin, address);
  const subscriptions = createSubscriptions(now, (url, body) =>
    state.unreachable ? Promise.resolve({ status: 502, text: '' }) : (options.post ?? postBy)(url, body),
  );
  const attachments = createAttachments(() => origin);
  const calls: TenantCall[] = [];
  let [atOnce, mostAtOnce] = [0, 0];
  const state = {
    /** In scope of the app: only the mailbox itself, unless it was not narrowed. */
    reached: [address],
    consent: true,
    /** The app may send. */
    maySend: true,
    /** It reaches nobody who wants to be told. */
    unreachable: false,
    /** What is sent gets another Message-ID. */
    rewritesIds: false,
    fault: (_call: TenantCall): Fault | null => null,
  };

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', origin);
    const signIn = identity.serve(url.pathname, request.method ?? '', {
      query: url.searchParams,
      body: body.toString('utf8'),
    });
    const isSignIn = signIn !== null;
    const path = isSignIn ? (url.pathname.split('/').at(-1) ?? '') : `${url.pathname}${url.search}`;
    const call = { method: request.method ?? '', path, at: now() };
    calls.push(call);
    const fault = isSignIn ? null : state.fault(call);
    if (fault === 'drop') return void request.socket.destroy();
    if (fault === 'token_ended') identity.endTokens();
    atOnce += isSignIn ? 0 : 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    // A moment, so that calls that are made at the same time meet.
    await pause(1);
    const [status, answer, headers] = signIn ?? (await graph(request, url, body, fault));
    atOnce -= isSignIn ? 0 : 1;
    if (fault === 'lost') return void request.socket.destroy();
    const isText = typeof answer === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
    response.end(isText ? answer : JSON.stringify(answer));
  }

  function graph(
    request: IncomingMessage,
    url: URL,
    body: Buffer,
    fault: Fault | null,
  ): Answer | Promise<Answer> {
    if (fault === 'throttle') return refuse(429, 'ApplicationThrottled', { 'retry-after': '7' });
    if (fault === 'throttle_silently') return refuse(429, 'ApplicationThrottled');
    if (fault === 'unavailable') return refuse(503, 'serviceNotAvailable');
    // Its address is its own proof; a token has no business there.
    if (url.pathname.startsWith('/upload/'))
      return request.method === 'PUT' && request.headers.authorization === undefined
        ? attachments.put(url.pathname, request.headers['content-range'] ?? '', body)
        : refuse(501, 'an upload that is no PUT, or with a token');
    const bearer = identity.bearer((request.headers.authorization ?? '').replace('Bearer ', ''));
    if (bearer?.audience !== 'https://graph.microsoft.com') return refuse(401, 'InvalidAuthenticationToken');
    if (!state.consent) return refuse(403, 'ErrorAccessDenied');
    if (atOnce > 4) return refuse(429, 'ApplicationThrottled');
    const [, all, subscription] = /^\/v1\.0(\/subscriptions)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (all !== undefined)
      return subscriptions.serve(request.method ?? '', subscription, {
        body: body.toString('utf8'),
        address,
      });
    const [, user = '', rest = ''] = /^\/v1\.0\/users\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
    const reached = bearer.person === null ? state.reached : [bearer.person];
    if (!reached.includes(decodeURIComponent(user))) return refuse(403, 'ErrorAccessDenied');
    const unknown = [...url.searchParams.keys()].find((key) => !QUERY.test(key));
    if (unknown !== undefined) return refuse(400, `query ${unknown}`);
    const isImmutable = (request.headers.prefer ?? '').includes('IdType="ImmutableId"');
    const shown = (message: Stored): string => (isImmutable ? message.id : `${message.id}-${message.folder}`);
    const method = request.method ?? '';
    const [, folder, below] = /^\/mailFolders\/(\w+)(\/messages(?:\/delta)?)?$/.exec(rest) ?? [];
    if (folder !== undefined)
      return method === 'GET' ? folderAnswer(url, { folder, below }, shown) : refuse(501, method);
    if (rest === '/messages' && method === 'POST') return create(request, body.toString('latin1'), shown);
    if (rest === '/messages' && method === 'GET') return byMessageId(url, shown);
    const [, id, below2] =
      /^\/messages\/([^/]+)(\/\$value|\/send|\/attachments(?:\/createUploadSession)?)?$/.exec(rest) ?? [];
    if (id === undefined) return refuse(501, `path ${rest}`);
    const wanted = decodeURIComponent(id);
    const message = isImmutable
      ? mailbox.find(wanted)
      : mailbox.messages.find((each) => shown(each) === wanted);
    if (message === undefined) return refuse(404, 'ErrorItemNotFound');
    if (below2?.startsWith('/attachments') === true)
      return onAttachments(`${method} ${below2}`, message, body);
    return onMessage(`${method} ${below2 ?? ''}`.trim(), message, shown);
  }

  function folderAnswer(
    url: URL,
    { folder, below }: { readonly folder: string; readonly below: string | undefined },
    shown: (message: Stored) => string,
  ): Answer {
    const inside = mailbox.messages.filter((each) => each.folder === folder);
    if (below === undefined) return [200, { displayName: folder, totalItemCount: inside.length }];
    const from = /^receivedDateTime ge (.+)$/.exec(url.searchParams.get('$filter') ?? '')?.[1];
    const since = from === undefined ? null : new Date(from);
    const base = `${origin}${url.pathname}`;
    if (below === '/messages') {
      const skip = Number(url.searchParams.get('$skip') ?? 0);
      const found = inside
        .filter(({ receivedAt }) => since === null || receivedAt >= since)
        .toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
      const value = found.slice(skip, skip + pageSize).map((each) => listed(each, shown));
      const next = new URLSearchParams(url.searchParams);
      next.set('$skip', String(skip + pageSize));
      const isLast = found.length <= skip + pageSize;
      return [200, isLast ? { value } : { value, '@odata.nextLink': `${base}?${next.toString()}` }];
    }
    const known = url.searchParams.get('$skiptoken') ?? url.searchParams.get('$deltatoken');
    if (known !== null && [...url.searchParams.keys()].length > 1) return refuse(400, 'query on a link');
    const page = pages.read({ folder, token: known, since });
    if (page === null)
      return pages.epoch() % 2 === 0
        ? refuse(400, 'syncStateNotFound')
        : refuse(410, 'SyncStateInvalid', { location: origin });
    const value = page.messages.map((each) => listed(each, shown));
    const kind = page.link.startsWith('$delta') ? '@odata.deltaLink' : '@odata.nextLink';
    return [200, { value, [kind]: `${base}?${page.link}` }];
  }

  function create(request: IncomingMessage, body: string, shown: (message: Stored) => string): Answer {
    if (request.headers['content-type'] !== 'text/plain') return refuse(501, 'a body that is no MIME');
    if (body.length > MAX_BODY_BYTES) return refuse(413, 'ErrorMessageSizeExceeded');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return refuse(400, 'ErrorMimeContentInvalidBase64String');
    const raw = Buffer.from(body, 'base64').toString('utf8');
    const message = mailbox.find(mailbox.deliver(raw, now(), { folder: 'drafts' }));
    return message === undefined ? refuse(500, 'ErrorInternalServerError') : [201, listed(message, shown)];
  }

  function byMessageId(url: URL, shown: (message: Stored) => string): Answer {
    const [, id] = /^internetMessageId eq '(.+)'$/.exec(url.searchParams.get('$filter') ?? '') ?? [];
    if (id === undefined) return refuse(501, 'a filter of messages');
    const found = mailbox.messages.filter(({ messageId }) => messageId === id);
    return [200, { value: found.map((each) => listed(each, shown)) }];
  }

  function onAttachments(what: string, message: Stored, body: Buffer): Answer {
    if (what === 'GET /attachments')
      return [200, { value: message.files.map((_, at) => ({ id: `file ${at}` })) }];
    if (what === 'POST /attachments') return attachments.add(message, body, false);
    if (what === 'POST /attachments/createUploadSession') return attachments.add(message, body, true);
    return refuse(501, what);
  }

  function onMessage(what: string, message: Stored, shown: (message: Stored) => string): Answer {
    if (what === 'GET')
      return [
        200,
        {
          ...listed(message, shown),
          internetMessageHeaders: headersOf(message.raw),
          webLink: `https://outlook.office365.us/owa/?ItemID=${encodeURIComponent(shown(message))}&exvsurl=1&viewmodel=ReadMessageItem`,
        },
      ];
    if (what === 'GET /$value')
      return message.corrupt ? refuse(500, 'ErrorContentConversionFailed') : [200, message.raw];
    if (what === 'DELETE') {
      mailbox.delete(message.id);
      return [204, ''];
    }
    if (what !== 'POST /send') return refuse(501, what);
    if (!state.maySend) return refuse(403, 'ErrorAccessDenied');
    if (message.folder !== 'drafts') return refuse(400, 'ErrorInvalidOperation');
    if (headerOf(message.raw, 'to') === '') return refuse(400, 'ErrorInvalidRecipients');
    const sent = mailbox.send(message.id, state.rewritesIds);
    options.onSent?.((sent ?? message).raw);
    return [202, ''];
  }

  return {
    endpoints: { loginUrl: origin, graphUrl: origin, smtpUrl: options.smtpUrl ?? 'smtp://127.0.0.1:9' },
    state,
    /** Who signs in, and what Microsoft says of that. */
    identity,
    subscriptions,
    calls,
    mostAtOnce: () => mostAtOnce,
    deliver: (...arrival: Parameters<typeof mailbox.deliver>) => mailbox.deliver(...arrival),
    /** What Outlook, a rule or Exchange does to a message later. */
    change: mailbox.change,
    delete: (id: string) => mailbox.delete(id),
    /** The latest first. */
    all: () => mailbox.messages.toReversed(),
    inFolder: (folder: string) => mailbox.messages.filter((each) => each.folder === folder),
    endDeltaLinks: pages.end,
    endTokens: identity.endTokens,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
