import { z } from '@hono/zod-openapi';
import { id, text, valuesByName } from '../../../platform/http/schemas.ts';

const label = text(255, 1).regex(/^\S+$/, 'must be a label, without a space');
const priorityId = text(40, 1).openapi({ description: 'The id of a priority in Jira.', example: '1' });
const projectKey = text(255, 1).openapi({ example: 'DEV' });
const board = text(255, 1).openapi({
  description: 'The name of a board; its issues are created in the board’s project.',
  example: 'Support board',
});
const issueTypeId = text(40, 1).openapi({ example: '10001' });
const issueType = text(255, 1).openapi({ description: 'The name of the issue type.', example: 'Bug' });

/** Whose messages become comments. */
export const TELLS = ['none', 'contact', 'public'] as const;
/** Which comments are sent to the contact. */
export const HEARS = ['none', 'marked', 'public'] as const;

/** What a mapping says besides where its issues are made. */
const rules = {
  always: z.boolean().default(false).openapi({
    description: 'true: every new request becomes an issue; false: only requests that somebody links.',
  }),
  fields: valuesByName(text(100, 1), z.unknown()).default({}).openapi({
    description:
      'Values of further fields by field id: plain text, such as the name of an allowed value, or Jira’s own format.',
  }),
  priorities: z
    .strictObject({
      P1: priorityId.optional(),
      P2: priorityId.optional(),
      P3: priorityId.optional(),
      P4: priorityId.optional(),
    })
    .default({})
    .openapi({ description: 'Maps the desk’s priorities to the ids of Jira’s.' }),
  labels: z.array(label).max(20).default([]).openapi({ description: 'Labels of every new issue.' }),
  categoryLabel: z.boolean().default(true).openapi({ description: 'Adds the category as a label.' }),
  namesContact: z.boolean().default(true).openapi({
    description: 'The issue and its comments show the contact’s name and address.',
  }),
  namesReporter: z.boolean().default(false).openapi({
    description: 'The contact becomes the reporter if Jira has a user with their address and allows it.',
  }),
  copiesWatch: z.boolean().default(false).openapi({
    description:
      'Whoever got a copy of the first email watches the issue if Jira has a user with their address.',
  }),
  attachments: z
    .boolean()
    .default(true)
    .openapi({ description: 'Copies files in both directions, within limits.' }),
  watchers: z.array(text(200, 1)).max(20).default([]).openapi({
    description: 'Account ids, email addresses, or user names of Data Center.',
  }),
  tells: z.enum(TELLS).default('public').openapi({
    description: 'Whose messages become comments: nobody’s, the contact’s, or both sides’. Notes never do.',
  }),
  hears: z
    .enum(HEARS)
    .default('marked')
    .openapi({
      description:
        'Which comments are sent to the contact: none, those whose first line begins with #reply, or every public one. ' +
        'The others become notes.',
    }),
  verbs: valuesByName(text(100, 1), z.enum(['resolve', 'close', 'reopen']))
    .default({})
    .openapi({
      description: 'What a status, or a status category (new, indeterminate, done), does to the request.',
      example: { done: 'resolve' },
    }),
  closeTo: text(100, 1).nullable().default(null).openapi({
    description: 'The status or status category an issue is moved to when its requests have closed.',
  }),
};

export const newMappingSchema = z
  .strictObject({
    connectionId: id,
    projectKey: projectKey.optional(),
    board: board.nullish(),
    issueTypeId: issueTypeId.optional(),
    issueType: issueType.optional(),
    ...rules,
  })
  .openapi('NewJiraMapping', {
    description: 'Its target is a project or a board, and an issue type by its id or name.',
  });

export const mappingSchema = z
  .object({ connectionId: id, projectKey, board: board.nullable(), issueTypeId, issueType, ...rules })
  .openapi('JiraMapping');

export const rulesSchema = z.object(rules);
