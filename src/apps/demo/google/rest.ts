import type { Clock } from '../../../platform/clock.ts';
import type { GmailAccount, GmailFilter } from '../gmail/account.ts';
import { applyFieldMask } from './field-mask.ts';
import { googleError, isGoogleError } from './google-error.ts';
import { getMessage, listMessages } from '../gmail/reading.ts';

export type HttpRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Operation = {
  readonly method: string;
  readonly path: RegExp;
  readonly units: number;
  readonly scopes: readonly string[];
  readonly run: (call: { id: string; query: URLSearchParams; body: Record<string, unknown> }) => unknown;
};

const UNITS_PER_MINUTE = 6000;
const read = ['gmail.modify', 'gmail.readonly'];

/**
 * The part of the Gmail API that the relay and the server's commands use, with its errors, scopes and quota units.
 * `scopesOf` tells what a bearer token allows, undefined for an unknown one. What is not modelled throws.
 */
export function createGmailRest(options: {
  readonly account: GmailAccount;
  readonly clock: Clock;
  readonly scopesOf: (token: string) => readonly string[] | undefined;
}): (request: HttpRequest) => HttpReply {
  const operations = operationsOf(options.account);
  const spend = createQuota(options.clock);
  return (request) => {
    const url = new URL(request.url);
    const operation = operations.find((one) => one.method === request.method && one.path.test(url.pathname));
    if (!operation) throw new Error(`simulated Gmail: ${request.method} ${url.pathname} is not modelled`);
    try {
      authorize(request, operation, options.scopesOf);
      spend(operation.units);
      const result = operation.run({
        id: decodeURIComponent(operation.path.exec(url.pathname)?.[1] ?? ''),
        query: url.searchParams,
        body: readBody(request),
      });
      if (result === undefined) return { status: 204, headers: {}, body: '' };
      const fields = url.searchParams.get('fields');
      return json(200, JSON.stringify(fields === null ? result : applyFieldMask(fields, result)));
    } catch (error) {
      if (isGoogleError(error)) return json(error.google.status, error.google.body);
      throw error;
    }
  };
}

function json(status: number, body: string): HttpReply {
  return { status, headers: { 'Content-Type': 'application/json; charset=UTF-8' }, body };
}

function operationsOf(account: GmailAccount): Operation[] {
  const at = (tail: string): RegExp => new RegExp(`^/gmail/v1/users/me/${tail}$`);
  return [
    { method: 'GET', path: at('profile'), units: 1, scopes: read, run: () => profile(account) },
    {
      method: 'GET',
      path: at('messages'),
      units: 5,
      scopes: read,
      run: ({ query }) => listMessages(account, query),
    },
    {
      method: 'GET',
      path: at('messages/([^/]+)'),
      units: 20,
      scopes: read,
      run: ({ id, query }) => getMessage(account, id, query),
    },
    {
      method: 'POST',
      path: at('messages/batchModify'),
      units: 50,
      scopes: ['gmail.modify'],
      run: ({ body }) => batchModify(account, body),
    },
    {
      method: 'POST',
      path: at('messages/([^/]+)/modify'),
      units: 5,
      scopes: ['gmail.modify'],
      run: ({ id, body }) => modify(account, id, body),
    },
    {
      method: 'GET',
      path: at('labels'),
      units: 1,
      scopes: [...read, 'gmail.labels'],
      run: () => ({ labels: account.labels.list() }),
    },
    {
      method: 'POST',
      path: at('labels'),
      units: 5,
      scopes: ['gmail.modify', 'gmail.labels'],
      run: ({ body }) => account.labels.create(body['name'] as string | undefined),
    },
    {
      method: 'GET',
      path: at('settings/filters'),
      units: 1,
      scopes: [...read, 'gmail.settings.basic'],
      run: () => (account.filters.length > 0 ? { filter: account.filters } : {}),
    },
    {
      method: 'DELETE',
      path: at('settings/filters/([^/]+)'),
      units: 5,
      scopes: ['gmail.settings.basic'],
      run: ({ id }) => account.removeFilter(id),
    },
    {
      method: 'POST',
      path: at('settings/filters'),
      units: 5,
      scopes: ['gmail.settings.basic'],
      run: ({ body }) =>
        account.addFilter(
          body['criteria'] as GmailFilter['criteria'],
          body['action'] as GmailFilter['action'],
        ),
    },
  ];
}

function authorize(
  request: HttpRequest,
  operation: Operation,
  scopesOf: (token: string) => readonly string[] | undefined,
): void {
  const header =
    Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const scopes = scopesOf(header.replace(/^Bearer /, ''));
  if (!scopes) {
    throw googleError(
      401,
      'authError',
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    );
  }
  const short = scopes.map((scope) => scope.replace('https://www.googleapis.com/auth/', ''));
  if (operation.scopes.some((scope) => short.includes(scope)) || short.includes('https://mail.google.com/'))
    return;
  throw googleError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');
}

/** 6,000 units in any minute; above that every call fails until the minute has passed. */
function createQuota(clock: Clock): (units: number) => void {
  let spent: { at: number; units: number }[] = [];
  return (units) => {
    const now = clock.now().getTime();
    spent = spent.filter((entry) => now - entry.at < 60_000);
    if (spent.reduce((sum, entry) => sum + entry.units, units) > UNITS_PER_MINUTE) {
      throw googleError(
        403,
        'rateLimitExceeded',
        "Quota exceeded for quota metric 'Total Query Cost' and limit 'Units per minute per user' of service 'gmail.googleapis.com' for consumer 'project_number:1'.",
      );
    }
    spent.push({ at: now, units });
  };
}

function readBody(request: HttpRequest): Record<string, unknown> {
  if (request.body === '') return {};
  try {
    return JSON.parse(request.body) as Record<string, unknown>;
  } catch {
    throw googleError(400, 'parseError', 'Invalid JSON payload received. Unexpected token.');
  }
}

function profile(account: GmailAccount): object {
  const count = account.messages().length;
  return {
    emailAddress: account.address,
    messagesTotal: count,
    threadsTotal: count,
    historyId: String(count),
  };
}

function modify(account: GmailAccount, id: string, body: Record<string, unknown>): object {
  const { add, remove } = changeIn(account, body);
  const message = account.find(id);
  if (!message) throw googleError(404, 'notFound', 'Requested entity was not found.');
  account.change(message, add, remove);
  return {
    id,
    threadId: message.threadId,
    ...(message.labelIds.size > 0 && { labelIds: [...message.labelIds] }),
  };
}

/** Ids that do not exist are passed over, as observed of Gmail. */
function batchModify(account: GmailAccount, body: Record<string, unknown>): undefined {
  const ids = (body['ids'] ?? []) as string[];
  if (ids.length === 0) throw googleError(400, 'invalidArgument', 'No message ids specified');
  if (ids.length > 1000) throw googleError(400, 'invalidArgument', 'Too many message ids specified');
  const { add, remove } = changeIn(account, body);
  for (const message of ids.map((id) => account.find(id))) if (message) account.change(message, add, remove);
}

function changeIn(account: GmailAccount, body: Record<string, unknown>): { add: string[]; remove: string[] } {
  const add = (body['addLabelIds'] ?? []) as string[];
  const remove = (body['removeLabelIds'] ?? []) as string[];
  if (add.length + remove.length === 0)
    throw googleError(400, 'invalidArgument', 'No label add or removes specified');
  account.labels.requireChangeable([...add, ...remove]);
  return { add, remove };
}
