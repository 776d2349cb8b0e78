import type { Deps } from '../../platform/deps.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import type { RequestFilters } from './filter-queries.ts';
import { listRequests } from './list-requests.ts';
import type { RequestSort } from './request-sorts.ts';
import type { RequestView } from '../request/request-view.ts';

const ROWS_AT_ONCE = 500;

const COLUMNS: Readonly<Record<string, (request: RequestView) => string | number | boolean | Date | null>> = {
  id: (request) => request.id,
  mailbox: (request) => request.mailboxAddress,
  contactEmail: (request) => request.contactEmail,
  contactName: (request) => request.contactName,
  subject: (request) => request.subject,
  status: (request) => request.status,
  priority: (request) => request.priority,
  category: (request) => request.category,
  tags: (request) => request.tags.join(' '),
  assignee: (request) => request.assigneeName,
  followUpOf: (request) => request.followUpOf,
  needsAttention: (request) => request.needsAttention,
  messageCount: (request) => request.messageCount,
  createdAt: (request) => request.createdAt,
  updatedAt: (request) => request.updatedAt,
  lastMessageAt: (request) => request.lastMessageAt,
  firstResponseAt: (request) => request.firstResponseAt,
  resolvedAt: (request) => request.resolvedAt,
  closedAt: (request) => request.closedAt,
  rating: (request) => request.rating,
  ratingComment: (request) => request.ratingComment,
  due: (request) => request.due,
};

/**
 * Writes the requests that a list with these filters would show as CSV (RFC 4180, a header line first), some hundred
 * rows at a time: memory stays flat, and no transaction is held open for a slow reader.
 */
export async function* exportRequests(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly filters: RequestFilters; readonly sort: RequestSort },
): AsyncGenerator<string> {
  requirePermission(actor, 'requests.read');
  yield csvLine(Object.keys(COLUMNS));
  let cursor: string | undefined;
  do {
    const page = await listRequests(deps, actor, { ...input, limit: ROWS_AT_ONCE, cursor, total: false });
    yield page.items.map((request) => csvLine(Object.values(COLUMNS).map((read) => read(request)))).join('');
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function csvLine(cells: readonly (string | number | boolean | Date | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Writes one cell. A spreadsheet runs a cell that begins like a formula, and strangers write the subjects: such text
 * gets an apostrophe, which spreadsheets read as "this is text".
 */
export function csvCell(value: string | number | boolean | Date | null): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  const safe = /^[\s\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
