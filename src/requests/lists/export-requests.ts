import type { Deps } from '../../platform/deps.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { csvLine } from '../../platform/csv.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { FIELD_PREFIX, type FieldValue, textOfValue } from '../fields/field.ts';
import { listFieldsSeen } from '../fields/value-queries.ts';
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
  team: (request) => request.teamName,
  escalated: (request) => request.escalation !== null,
  jira: (request) => request.jira?.key ?? null,
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
  const fields = await listFieldsSeen(deps.db, actor);
  yield csvLine([...Object.keys(COLUMNS), ...fields.map(({ key }) => `${FIELD_PREFIX}${key}`)]);
  let cursor: string | undefined;
  do {
    const page = await listRequests(deps, actor, { ...input, limit: ROWS_AT_ONCE, cursor, total: false });
    const lines = page.items.map((request) =>
      csvLine([
        ...Object.values(COLUMNS).map((read) => read(request)),
        ...fields.map(({ key }) => cellOf(request.fields[key])),
      ]),
    );
    yield lines.join('');
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function cellOf(value: FieldValue | undefined): string | number | boolean | null {
  if (value === undefined) return null;
  return typeof value === 'object' ? textOfValue(value) : value;
}
