import { z } from '@hono/zod-openapi';
import { id, text, time, written } from '../../platform/http/schemas.ts';
import { clocksSchema, renderClock } from '../clocks/schemas.ts';
import { escalationSchema, renderEscalation } from '../escalation/schemas.ts';
import { fieldChangesOfRequest, fieldValuesSchema, renderValues } from '../fields/schemas.ts';
import { PRIORITIES, RATINGS, SUBJECT_LENGTH, TEXT_LENGTH } from '../request.ts';
import { MAX_TAGS } from './edit-request.ts';
import type { RequestView } from './request-view.ts';

const MAX_COPIES = 50;

export const status = z
  .enum(['new', 'in_progress', 'pending', 'resolved', 'closed'])
  .openapi({ description: 'Open means anything but closed.' });

export const priority = z.enum(PRIORITIES).openapi({ description: 'P1 is the most urgent. Defaults to P3.' });

export const rating = z.enum(RATINGS);

export const requestSchema = z
  .object({
    id,
    mailbox: z
      .object({ id, address: z.string().openapi({ example: 'support@example.com' }) })
      .openapi({ description: 'Where it came in.' }),
    contact: z
      .object({
        id,
        email: z.string().openapi({ example: 'carla@customer.example' }),
        name: z.string().openapi({ description: 'Empty if no email gave one.', example: 'Carla Contact' }),
      })
      .openapi({ description: 'The person the request belongs to.' }),
    subject: z.string().openapi({ example: 'The printer is on fire' }),
    status,
    priority,
    category: z.string().nullable().openapi({ description: 'null: none.', example: 'billing' }),
    tags: z.array(z.string()).openapi({ example: ['vip'] }),
    fields: fieldValuesSchema,
    assignee: z
      .object({ id, name: z.string().openapi({ example: 'Ann' }) })
      .nullable()
      .openapi({ description: 'The operator it is assigned to; null if unassigned.' }),
    team: z
      .object({ id, name: z.string().openapi({ example: 'Billing' }) })
      .nullable()
      .openapi({ description: 'The team it belongs to; null: none.' }),
    escalated: z
      .boolean()
      .openapi({ description: 'Handed up to a team or to a lead; `escalation` says more.' }),
    escalation: escalationSchema,
    jira: z
      .object({
        key: z.string().openapi({ example: 'DEV-7' }),
        url: z.string().openapi({ example: 'https://example.atlassian.net/browse/DEV-7' }),
        status: z.string().nullable().openapi({ description: 'As Jira names it.', example: 'In Progress' }),
        assignee: z.string().nullable().openapi({ description: 'Who works on it there; null: nobody.' }),
        syncedAt: time.nullable().openapi({ description: 'When the desk last read it.' }),
      })
      .nullable()
      .openapi({
        description: 'The Jira issue it is linked to, the newest one; null: none. `links` has all of them.',
      }),
    followUpOf: id
      .nullable()
      .openapi({ description: 'The closed request of the same contact that the first mail answered.' }),
    refersTo: id.nullable().openapi({ description: 'A request that the first mail cites and may not join.' }),
    mergedInto: id
      .nullable()
      .openapi({ description: 'The request its messages were moved to; null unless it was merged.' }),
    needsAttention: z
      .boolean()
      .openapi({ description: 'Something went wrong, such as a reply that could not be delivered.' }),
    messageCount: z.int().openapi({ description: 'Emails in both directions, notices and notes.' }),
    createdAt: time,
    updatedAt: time.openapi({ description: 'The last change of any kind.' }),
    lastMessageAt: time.openapi({ description: 'The last mail, either way.' }),
    firstResponseAt: time.nullable().openapi({ description: 'When the first reply was sent.' }),
    resolvedAt: time.nullable(),
    closedAt: time.nullable(),
    rating: rating
      .nullable()
      .openapi({ description: 'What the contact said of how it was closed; null: nothing.' }),
    ratingComment: z
      .string()
      .nullable()
      .openapi({ description: 'What the contact added to it; may be empty.', example: 'Quick, thank you!' }),
    ratedAt: time.nullable().openapi({ description: 'When the contact first said it.' }),
    due: time
      .nullable()
      .openapi({ description: 'The first of its clocks’ due times; null while none runs.' }),
    clocks: clocksSchema,
    version: z.int().openapi({
      description: 'Counts every change of the request; its entity tag is `"id.version"`.',
      example: 7,
    }),
  })
  .openapi('Request');

const category = written(100).nullable().openapi({ description: 'null: none.', example: 'billing' });

const someTags = z.array(written(100)).max(MAX_TAGS);

const tags = someTags.openapi({ description: 'All of them, not those to add.', example: ['vip'] });

const subject = written(SUBJECT_LENGTH).openapi({ example: 'Your order 4711' });

export const requestChangesSchema = z
  .strictObject({
    priority: priority.optional(),
    category: category.optional(),
    tags: tags.optional(),
    addTags: someTags.optional().openapi({ description: 'To be put to those that it has.' }),
    removeTags: someTags.optional().openapi({ description: 'To be taken off it.' }),
    fields: fieldChangesOfRequest.optional(),
    subject: subject.optional(),
    needsAttention: z
      .boolean()
      .optional()
      .openapi({ description: 'Alone it may be changed on a closed request too.' }),
  })
  .openapi('RequestChanges');

export const newRequestSchema = z
  .strictObject({
    mailboxId: id,
    contact: z
      .strictObject({
        email: text(320, 1).openapi({ example: 'carla@example.org' }),
        name: text(200)
          .optional()
          .openapi({ description: 'Used if the contact has no name yet.', example: 'Carla' }),
      })
      .openapi({ description: 'Whom it is for; made when the desk does not know them.' }),
    subject,
    text: written(TEXT_LENGTH).openapi({ example: 'As agreed on the telephone, …' }),
    html: text(500_000, 1).optional().openapi({ description: 'Sanitised; made from `text` when absent.' }),
    cc: z
      .array(text(320, 1))
      .max(MAX_COPIES)
      .optional()
      .openapi({ description: 'Addresses that get a copy and become participants.' }),
    send: z.boolean().optional().openapi({
      default: true,
      description:
        'Mail the text to the contact. false: keep it as a note, of a telephone call for instance.',
    }),
    priority: priority.optional(),
    category: category.optional(),
    tags: tags.optional(),
    fields: fieldChangesOfRequest.optional(),
  })
  .openapi('NewRequest');

/** A request as the interface shows one. */
export function renderRequest(request: RequestView): z.infer<typeof requestSchema> {
  const { assigneeId, assigneeName, teamId, teamName } = request;
  return {
    id: request.id,
    mailbox: { id: request.mailboxId, address: request.mailboxAddress },
    contact: { id: request.contactId, email: request.contactEmail, name: request.contactName },
    subject: request.subject,
    status: request.status,
    priority: request.priority,
    category: request.category,
    tags: [...request.tags],
    fields: renderValues(request.fields),
    assignee: assigneeId === null || assigneeName === null ? null : { id: assigneeId, name: assigneeName },
    team: teamId === null || teamName === null ? null : { id: teamId, name: teamName },
    escalated: request.escalation !== null,
    escalation: renderEscalation(request.escalation),
    jira: renderJira(request.jira),
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
    rating: request.rating,
    ratingComment: request.ratingComment,
    ratedAt: request.ratedAt?.toISOString() ?? null,
    due: request.due?.toISOString() ?? null,
    clocks: {
      firstAnswer: renderClock(request.clocks.firstAnswer),
      nextAnswer: renderClock(request.clocks.nextAnswer),
      resolution: renderClock(request.clocks.resolution),
    },
    version: request.version,
  };
}

function renderJira(issue: RequestView['jira']): z.infer<typeof requestSchema>['jira'] {
  if (issue === null) return null;
  const { key, url, status, assignee, syncedAt } = issue;
  return {
    key,
    url,
    status,
    assignee,
    syncedAt: syncedAt === null ? null : new Date(syncedAt).toISOString(),
  };
}
