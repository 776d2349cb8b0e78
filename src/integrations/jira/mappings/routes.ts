import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { id, idPath, jsonBody, jsonContent, text } from '../../../platform/http/schemas.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { findMapping, removeMapping, saveMapping } from './save-mapping.ts';

const shared = { tags: ['Jira'], security: [{ token: [] }], path: '/v1/mailboxes/{id}/jira' };
const label = text(255, 1).regex(/^\S+$/, 'must be a label, without a space');
const priorityId = text(40, 1).openapi({ description: 'The id of a priority in Jira.', example: '1' });

const mappingSchema = z
  .strictObject({
    connectionId: id,
    projectKey: text(255, 1).openapi({ example: 'DEV' }),
    issueTypeId: text(40, 1).openapi({ example: '10001' }),
    always: z.boolean().default(false).openapi({
      description: 'true: every new request becomes an issue; false: only requests that somebody links.',
    }),
    fields: z.record(text(100, 1), z.unknown()).default({}).openapi({
      description: 'Values of further fields by field id, in Jira’s format.',
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
    attachments: z
      .boolean()
      .default(true)
      .openapi({ description: 'Copies files in both directions, within limits.' }),
    watchers: z.array(text(200, 1)).max(20).default([]).openapi({ description: 'Account ids.' }),
    tells: z.enum(['none', 'contact', 'public']).default('public').openapi({
      description: 'Whose messages become comments: nobody’s, the contact’s, or both sides’. Notes never do.',
    }),
    hears: z
      .enum(['none', 'marked', 'public'])
      .default('marked')
      .openapi({
        description:
          'Which comments are sent to the contact: none, those whose first line begins with #reply, or every public one. ' +
          'The others become notes.',
      }),
    verbs: z
      .record(text(100, 1), z.enum(['resolve', 'close', 'reopen']))
      .default({})
      .openapi({
        description: 'What a status, or a status category (new, indeterminate, done), does to the request.',
        example: { done: 'resolve' },
      }),
    closeTo: text(100, 1).nullable().default(null).openapi({
      description: 'The status or status category an issue is moved to when its requests have closed.',
    }),
  })
  .openapi('JiraMapping');

const get = createRoute({
  ...shared,
  operationId: 'getJiraMapping',
  method: 'get',
  summary: 'Get the Jira mapping of a mailbox',
  request: { params: idPath },
  responses: {
    200: jsonContent('`mapping` is null when they do not.', z.object({ mapping: mappingSchema.nullable() })),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const put = createRoute({
  ...shared,
  operationId: 'setJiraMapping',
  method: 'put',
  summary: 'Set the Jira mapping of a mailbox',
  description:
    'Checked against the fields Jira requires for a new issue of this type; the error names a missing one.',
  request: { params: idPath, body: jsonBody(mappingSchema) },
  responses: {
    200: jsonContent('As it is stored.', z.object({ mapping: mappingSchema.nullable() })),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'jira_refused'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeJiraMapping',
  method: 'delete',
  summary: 'Remove the Jira mapping of a mailbox',
  request: { params: idPath },
  responses: {
    204: { description: 'None.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** Which mailbox's requests become issues, and how. */
export function mappingRoutes(deps: JiraDeps): ApiRoutes {
  const routes = apiRoutes();
  const answer = async (actor: Parameters<typeof findMapping>[1], mailboxId: number) => {
    const found = await findMapping(deps, actor, { mailboxId });
    if (found === null) return { mapping: null };
    const { mailboxId: _, ...mapping } = found;
    return { mapping: mappingSchema.parse(mapping) };
  };
  routes.openapi(get, async (c) => c.json(await answer(c.get('actor'), c.req.valid('param').id), 200));
  routes.openapi(put, async (c) => {
    const mailboxId = c.req.valid('param').id;
    const { priorities, ...body } = c.req.valid('json');
    const named = Object.fromEntries(Object.entries(priorities).filter(([, value]) => value !== undefined));
    await saveMapping(deps, c.get('actor'), { ...body, priorities: named, mailboxId });
    return c.json(await answer(c.get('actor'), mailboxId), 200);
  });
  routes.openapi(remove, async (c) => {
    await removeMapping(deps, c.get('actor'), { mailboxId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  return routes;
}
