import type { GmailAccount } from './account.ts';
import { googleError } from '../google/google-error.ts';
import type { GmailMessage } from './message.ts';

/** messages.list: all given labels at once, newest first, without spam and trash unless asked for. */
export function listMessages(account: GmailAccount, query: URLSearchParams): object {
  requireKnown(query, ['labelIds', 'q', 'maxResults', 'pageToken', 'includeSpamTrash', 'fields', 'alt']);
  const wanted = query.getAll('labelIds');
  for (const id of wanted)
    if (!account.labels.has(id)) throw googleError(400, 'invalidArgument', `Invalid label: ${id}`);
  const withSpam = query.get('includeSpamTrash') === 'true';
  const matches = account.search(query.get('q') ?? '');
  const found = account
    .messages()
    .filter((message) => wanted.every((id) => message.labelIds.has(id)))
    .filter((message) => withSpam || !(message.labelIds.has('SPAM') || message.labelIds.has('TRASH')))
    .filter(matches);
  const size = Math.min(Number(query.get('maxResults') ?? 100), 500);
  const from = startOf(query.get('pageToken'));
  const page = found.slice(from, from + size).map(({ id, threadId }) => ({ id, threadId }));
  return {
    ...(page.length > 0 && { messages: page }),
    ...(from + size < found.length && { nextPageToken: String(1_000_000_000 + from + size) }),
    resultSizeEstimate: found.length,
  };
}

/** messages.get in the formats minimal, metadata and raw. */
export function getMessage(account: GmailAccount, id: string, query: URLSearchParams): object {
  requireKnown(query, ['format', 'fields', 'metadataHeaders', 'alt']);
  const message = account.find(id);
  if (!message) throw googleError(404, 'notFound', 'Requested entity was not found.');
  const minimal = describe(message);
  switch (query.get('format')) {
    case 'minimal':
      return minimal;
    case 'metadata':
      return { ...minimal, payload: { headers: headersOf(message, query.getAll('metadataHeaders')) } };
    case 'raw':
      return { ...minimal, raw: base64Url(message.raw) };
    default:
      throw new Error(`simulated Gmail: the format ${query.get('format') ?? 'full'} is not modelled`);
  }
}

/** labelIds is absent without labels, and internalDate is a string: both have broken clients before. */
function describe(message: GmailMessage): object {
  return {
    id: message.id,
    threadId: message.threadId,
    ...(message.labelIds.size > 0 && { labelIds: [...message.labelIds] }),
    snippet: '',
    sizeEstimate: message.raw.length,
    historyId: '1',
    internalDate: String(message.internalDate),
  };
}

function headersOf(message: GmailMessage, names: readonly string[]): object[] {
  const wanted = names.map((name) => name.toLowerCase());
  return message.headers
    .filter(([name]) => wanted.length === 0 || wanted.includes(name.toLowerCase()))
    .map(([name, value]) => ({ name, value }));
}

/** URL-safe and padded. */
function base64Url(raw: Buffer): string {
  return raw.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function startOf(pageToken: string | null): number {
  if (pageToken === null) return 0;
  const from = Number(pageToken) - 1_000_000_000;
  if (!Number.isInteger(from) || from < 0) throw googleError(400, 'invalidArgument', 'Invalid pageToken');
  return from;
}

function requireKnown(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) throw new Error(`simulated Gmail: the parameter ${name} is not modelled`);
  }
}
