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
} from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { DUE_STATES } from '../clocks/due-condition.ts';
import { REQUEST_SORTS } from './request-sorts.ts';
import { priority, rating, renderRequest, requestSchema, status } from '../request/schemas.ts';
import { withFieldParameters } from '../fields/filter-schemas.ts';
import { ADDITIONS } from './list-additions.ts';
import { parseRequestSearch } from '../search/request-search.ts';
import type { ListedRequest } from './list-requests.ts';

const listedRequestSchema = z
  .object({
    ...requestSchema.shape,
    unread: z.boolean().optional().openapi({
      description:
        'Holds something by somebody else that you have not marked as read. With `include=unread`.',
    }),
    snippet: z
      .object({
        messageId: id,
        kind: z.enum(['inbound', 'outbound', 'automatic', 'note']),
        author: z.string().nullable().openapi({ example: 'Carla Contact' }),
        text: z.string().openapi({ description: 'At most 160 characters, on one line.' }),
      })
      .nullable()
      .optional()
      .openapi({
        description:
          'From the newest message a person wrote; in a search, from the newest that matches, around the match. With `include=snippet`.',
      }),
    hasAttachments: z
      .boolean()
      .optional()
      .openapi({ description: 'Some message has a file. With `include=hasAttachments`.' }),
    waitingSince: time
      .nullable()
      .optional()
      .openapi({
        description:
          'The time of the first unanswered message, while new or in progress; null if nobody waits. With ' +
          '`include=waitingSince`.',
      }),
    participantCount: z
      .int()
      .optional()
      .openapi({ description: 'How many besides the contact. With `include=participantCount`.' }),
    drafts: z
      .array(z.enum(['reply', 'note']))
      .optional()
      .openapi({ description: 'What you have begun to write. With `include=drafts`.' }),
  })
  .openapi('ListedRequest');

export const requestListSchema = listOf(listedRequestSchema)
  .extend({
    prevCursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as `before` for the page before; absent on the first one.' }),
  })
  .openapi('RequestList');

const yesOrNo = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional();

const plainListQuery = z.strictObject({
  ...pageQuery,
  status: repeatable(status).openapi({ description: 'Any of these; open means anything but closed.' }),
  assignee: z
    .union([z.enum(['me', 'none']), idParameter], { error: 'must be me, none or an operator id' })
    .optional()
    .openapi({ type: 'string', description: '`me`, `none` or an operator id.', example: 'me' }),
  team: repeatable(
    z.union([z.enum(['mine', 'none']), idParameter], { error: 'must be mine, none or a team id' }),
  ).openapi({
    description: 'Of any of these teams; `mine`: in which you are; `none`: of no team.',
    example: ['mine'],
  }),
  mailboxId: repeatable(idParameter).openapi({ description: 'In any of these mailboxes.' }),
  contactId: repeatable(idParameter).openapi({ description: 'Of any of these contacts.' }),
  tag: repeatable(text(100, 1)).openapi({ description: 'With any of these tags.', example: ['vip'] }),
  priority: repeatable(priority).openapi({ description: 'Of any of these priorities.' }),
  category: repeatable(text(100, 1)).openapi({
    description: 'In any of these categories.',
    example: ['billing'],
  }),
  jiraKey: repeatable(text(255, 1)).openapi({
    description: 'Linked to any of these Jira issues.',
    example: ['DEV-7'],
  }),
  rating: repeatable(
    z.union([rating, z.literal('none')], { error: 'must be helpful, unhelpful or none' }),
  ).openapi({
    description: 'Rated as any of these by the contact; `none`: not rated.',
  }),
  rule: repeatable(idParameter).openapi({
    description: 'That any of these rules has acted on, by their ids; those that were removed too.',
  }),
  q: text(500)
    .transform((value, context) => {
      const terms = parseRequestSearch(value);
      if (!('fault' in terms)) return terms;
      context.addIssue({ code: 'custom', message: terms.fault });
      return z.NEVER;
    })
    .optional()
    .openapi({
      type: 'string',
      maxLength: 500,
      description:
        'Words in subjects, messages, notes, names, addresses and attachment names, in any language; all of them must be ' +
        'found, the last one may be a prefix. `"exact phrase"`, `-not`, `#1042`, `from:` `to:` `subject:` `tag:` ' +
        '`category:` `assignee:` (me, none, a name), `team:` (mine, none, a name), `jira:` (an issue key), `is:` (open, unassigned, unread, …), `mailbox:`, `before:` and ' +
        '`after:` a day, `has:attachment`.',
      example: 'from:carla "on fire" is:open -tag:vip',
    }),
  createdFrom: timeParameter.optional().openapi({ description: 'Inclusive.' }),
  createdTo: timeParameter.optional().openapi({ description: 'Exclusive.' }),
  updatedFrom: timeParameter.optional().openapi({ description: 'Inclusive.' }),
  updatedTo: timeParameter.optional().openapi({ description: 'Exclusive.' }),
  due: repeatable(z.enum(DUE_STATES)).openapi({
    description:
      'By its clocks: `breached`, or `warned` (80 % are over and none is breached), while they have not ended; `running`, or `none` that runs.',
  }),
  dueFrom: timeParameter.optional().openapi({ description: 'Due then or later.' }),
  dueTo: timeParameter.optional().openapi({ description: 'Due before then.' }),
  unread: yesOrNo.openapi({
    type: 'boolean',
    description: 'Whether it holds something you have not read.',
  }),
  escalated: yesOrNo.openapi({
    type: 'boolean',
    description: 'Whether it is handed up to a team or to a lead.',
  }),
  sort: sortParameter(REQUEST_SORTS, '-lastMessageAt'),
  total: totalParameter,
  before: z
    .string()
    .max(8000)
    .optional()
    .openapi({ description: '`prevCursor` of the page after. It holds for the same sort and filters only.' }),
  include: repeatable(z.enum(ADDITIONS)).openapi({
    description: 'Further fields of each request; each costs a little.',
  }),
});

export const requestListQuery = withFieldParameters(plainListQuery);

/** What a view stores of it: not the position in the list. */
export const keptListQuery = withFieldParameters(
  plainListQuery.omit({ limit: true, cursor: true, before: true, total: true, include: true }),
);

/** The same in another order where none is given. */
export const exportListQuery = withFieldParameters(
  plainListQuery
    .omit({ limit: true, cursor: true, before: true, total: true, include: true })
    .extend({ sort: sortParameter(REQUEST_SORTS, 'id') }),
);

/** A row of the list as the interface shows it. */
export function renderListedRequest(request: ListedRequest): z.infer<typeof listedRequestSchema> {
  const { unread, snippet, hasAttachments, waitingSince, participantCount, drafts } = request;
  return {
    ...renderRequest(request),
    ...(unread === undefined ? {} : { unread }),
    ...(snippet === undefined ? {} : { snippet }),
    ...(hasAttachments === undefined ? {} : { hasAttachments }),
    ...(waitingSince === undefined ? {} : { waitingSince: waitingSince?.toISOString() ?? null }),
    ...(participantCount === undefined ? {} : { participantCount }),
    ...(drafts === undefined ? {} : { drafts: [...drafts] }),
  };
}
