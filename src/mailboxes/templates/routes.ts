import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent, optionalJsonBody } from '../../platform/http/schemas.ts';
import { findTemplate } from './find-template.ts';
import { listTemplates } from './list-templates.ts';
import { listVariables } from './list-variables.ts';
import { previewTemplate } from './preview-template.ts';
import {
  newTemplateSchema,
  previewSchema,
  renderedSchema,
  renderTemplateView,
  templateListSchema,
  templatePath,
  templateSchema,
} from './schemas.ts';
import { TEMPLATE_VARIABLES } from './template.ts';
import { resetTemplate, setTemplate } from './set-template.ts';

const shared = { tags: ['Mailboxes'], security: [{ token: [] }] };
const onePath = '/v1/mailboxes/{id}/templates/{kind}/{language}';

const VARIABLES_TEXT = [
  ...Object.entries(TEMPLATE_VARIABLES),
  ['fields.KEY', 'The value of a field that is shown to contacts, by its key; absent without one.'],
]
  .map(([name, description]) => `- \`${name}\`: ${description}`)
  .join('\n');

const problems = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found');

const list = createRoute({
  ...shared,
  operationId: 'listTemplates',
  method: 'get',
  path: '/v1/mailboxes/{id}/templates',
  summary: "List a mailbox's notices",
  description: "Every notice in every language: the mailbox's own text or the default.",
  request: { params: idPath },
  responses: {
    200: jsonContent('The templates, and the variables they may use.', templateListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const set = createRoute({
  ...shared,
  operationId: 'setTemplate',
  method: 'put',
  path: onePath,
  summary: 'Set the text of a notice',
  description:
    'For leads and admins. The subject stays `Re: …`, or the notice would leave its thread. Liquid, with these variables ' +
    `and no others:\n\n${VARIABLES_TEXT}\n\nA template that names anything else, or fails on what can happen, is refused.`,
  request: { params: templatePath, body: jsonBody(newTemplateSchema) },
  responses: { 200: jsonContent('The template.', templateSchema), ...problems },
});

const reset = createRoute({
  ...shared,
  operationId: 'resetTemplate',
  method: 'delete',
  path: onePath,
  summary: 'Restore the default text of a notice',
  request: { params: templatePath },
  responses: { 200: jsonContent('The template that ships.', templateSchema), ...problems },
});

const preview = createRoute({
  ...shared,
  operationId: 'previewTemplate',
  method: 'post',
  path: `${onePath}/preview`,
  summary: 'Preview a notice with sample values',
  description: 'Uses the text in the body, or the current one if there is no body. Saves and sends nothing.',
  request: { params: templatePath, body: optionalJsonBody(previewSchema) },
  responses: { 200: jsonContent('The notice.', renderedSchema), ...problems },
});

/** The notices of a mailbox: listing, wording, previewing them. */
export function templateRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const mailboxId = c.req.valid('param').id;
    const templates = await listTemplates(deps, c.get('actor'), { mailboxId });
    const variables = await listVariables(deps, c.get('actor'), { mailboxId });
    const items = templates.map(renderTemplateView);
    return c.json({ items, nextCursor: null, variables: [...variables] }, 200);
  });
  routes.openapi(set, async (c) => {
    const { id: mailboxId, kind, language } = c.req.valid('param');
    const { text, html = null, enabled = true } = c.req.valid('json');
    const name = { mailboxId, kind, language };
    await setTemplate(deps, c.get('actor'), { ...name, text, html, enabled });
    return c.json(renderTemplateView(await findTemplate(deps, c.get('actor'), name)), 200);
  });
  routes.openapi(reset, async (c) => {
    const { id: mailboxId, kind, language } = c.req.valid('param');
    const name = { mailboxId, kind, language };
    await resetTemplate(deps, c.get('actor'), name);
    return c.json(renderTemplateView(await findTemplate(deps, c.get('actor'), name)), 200);
  });
  routes.openapi(preview, async (c) => {
    const { id: mailboxId, kind, language } = c.req.valid('param');
    const { text, html = null } = c.req.valid('json');
    const words = text === undefined ? null : { text, html };
    return c.json(await previewTemplate(deps, c.get('actor'), { mailboxId, kind, language, words }), 200);
  });
  return routes;
}
