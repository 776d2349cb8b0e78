import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { type EditDeps, editOperator } from './edit-operator.ts';
import { newOperatorSchema, operatorSchema, renderOperator } from './schemas.ts';

const shared = { tags: ['Operators'], security: [{ token: [] }] };

const operatorChangesSchema = z
  .strictObject({
    name: newOperatorSchema.shape.name.optional(),
    role: newOperatorSchema.shape.role.optional(),
    mailboxIds: newOperatorSchema.shape.mailboxIds.openapi({
      description: 'Absent: unchanged; null: every mailbox.',
    }),
    active: z.boolean().optional().openapi({
      description:
        'false: the operator cannot sign in, loses every token for good, and their requests become unassigned.',
    }),
  })
  .openapi('OperatorChanges');

const edit = createRoute({
  ...shared,
  operationId: 'editOperator',
  method: 'patch',
  path: '/v1/operators/{id}',
  summary: 'Change an operator',
  description:
    'For admins. Absent fields stay as they are. Open requests in mailboxes that the operator no longer serves become unassigned. ' +
    'The last active admin who serves every mailbox cannot be demoted, deactivated or limited to mailboxes.',
  request: { params: idPath, body: jsonBody(operatorChangesSchema) },
  responses: {
    200: jsonContent('The operator as they now are.', operatorSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
});

const deactivate = createRoute({
  ...shared,
  operationId: 'deactivateOperator',
  method: 'delete',
  path: '/v1/operators/{id}',
  summary: 'Deactivate an operator',
  description:
    'For admins; the same as `active: false`. The operator stays, because the history names them. Doing it again changes ' +
    'nothing.',
  request: { params: idPath },
  responses: {
    204: { description: 'The operator is not active.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
});

/** Changing who answers. */
export function operatorEditRoutes(deps: EditDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(edit, async (c) => {
    const input = { operatorId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderOperator(await editOperator(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(deactivate, async (c) => {
    const input = { operatorId: c.req.valid('param').id, changes: { active: false } };
    await editOperator(deps, c.get('actor'), input);
    return c.body(null, 204);
  });
  return routes;
}
