import { z } from '@hono/zod-openapi';
import {
  id,
  idParameter,
  listOf,
  pageQuery,
  repeatable,
  text,
  time,
  timeParameter,
} from '../http/schemas.ts';
import { sortParameter, totalParameter } from '../http/sort-parameter.ts';
import { parseSearch } from './search-terms.ts';
import { REQUEST_SORTS } from './request-sorts.ts';
import type { RequestView } from './request-view.ts';

const status = z
  .enum(['new', 'in_progress', 'pending', 'resolved', 'closed'])
  .openapi({ description: 'Open means anything but closed.' });
export const priority = z.enum(['P1', 'P2', 'P3', 'P4']);

export const requestSchema = z
  .object({
    id,
    mailbox: z.object({ id, address: z.string() }),
    contact: z.object({ id, email: z.string(), name: z.string() }),
    subject: z.string(),
    status,
    priority,
    category: z.string().nullable(),
    tags: z.array(z.string()),
    assignee: z.object({ id, name: z.string() }).nullable(),
    followUpOf: id
      .nullable()
      .openapi({ description: 'The closed request of the same contact that the first mail answered.' }),
    refersTo: id.nullable().openapi({ description: 'A request that the first mail cites and may not join.' }),
    mergedInto: id.nullable(),
    needsAttention: z
      .boolean()
      .openapi({ description: 'Something went wrong, such as a reply that could not be delivered.' }),
    messageCount: z.int(),
    createdAt: time,
    updatedAt: time,
    lastMessageAt: time,
    firstResponseAt: time.nullable(),
    resolvedAt: time.nullable(),
    closedAt: time.nullable(),
    version: z.int().openapi({
      description: 'Counts every change of the request; its entity tag is `"id.version"`.',
      example: 7,
    }),
  })
  .openapi('Request');

export const requestListSchema = listOf(requestSchema).openapi('RequestList');

/** The `q` of a list: at least one word to look for. */
export function searchParameter(description: string, example = 'carla') {
  return text(500)
    .transform((value, context) => {
      const terms = parseSearch(value);
      if (terms !== null) return terms;
      context.addIssue({ code: 'custom', message: 'must have 1 to 20 words to look for' });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: 'string', maxLength: 500, description, example });
}

export const requestListQuery = z.strictObject({
  ...pageQuery,
  status: repeatable(status),
  assignee: z
    .union([z.enum(['me', 'none']), idParameter], { error: 'must be me, none or an operator id' })
    .optional()
    .openapi({ type: 'string', description: '`me`, `none` or an operator id.', example: 'me' }),
  mailboxId: repeatable(idParameter),
  contactId: repeatable(idParameter),
  tag: repeatable(text(100, 1)),
  priority: repeatable(priority),
  category: repeatable(text(100, 1)),
  q: searchParameter(
    'Words in subjects, mails, notes, names, addresses and names of attachments, in any language; all of them must be ' +
      'found, the last one may be a beginning. `"exact phrase"`, `from:` somebody, `#1042`.',
    'from:carla "on fire" print',
  ),
  createdFrom: timeParameter.optional(),
  createdTo: timeParameter.optional().openapi({ description: 'Exclusive.' }),
  updatedFrom: timeParameter.optional(),
  updatedTo: timeParameter.optional().openapi({ description: 'Exclusive.' }),
  sort: sortParameter(REQUEST_SORTS, '-lastMessageAt'),
  total: totalParameter,
});

/** A request as the interface shows one. */
export function renderRequest(request: RequestView): z.infer<typeof requestSchema> {
  const { assigneeId, assigneeName } = request;
  return {
    id: request.id,
    mailbox: { id: request.mailboxId, address: request.mailboxAddress },
    contact: { id: request.contactId, email: request.contactEmail, name: request.contactName },
    subject: request.subject,
    status: request.status,
    priority: request.priority,
    category: request.category,
    tags: [...request.tags],
    assignee: assigneeId === null || assigneeName === null ? null : { id: assigneeId, name: assigneeName },
    followUpOf: request.followUpOf,
    refersTo: request.refersTo,
    mergedInto: request.mergedInto,
    needsAttention: request.needsAttention,
    messageCount: request.messageCount,
    createdAt: request.createdAt.toISOString(),
    updatedAt: request.updatedAt.toISOString(),
    lastMessageAt: request.lastMessageAt.toISOString(),
    firstResponseAt: request.firstResponseAt?.toISOString() ?? null,
    resolvedAt: request.resolvedAt?.toISOString() ?? null,
    closedAt: request.closedAt?.toISOString() ?? null,
    version: request.version,
  };
}
