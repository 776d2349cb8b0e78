import { createRoute } from '@hono/zod-openapi';
import { entityTag, ifMatchOf } from '../../platform/entity-tag.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { findTeam, listTeams } from './find-team.ts';
import { addTeam, editTeam, removeTeam, type TeamDeps } from './save-team.ts';
import {
  newTeamSchema,
  renderTeam,
  teamChangesSchema,
  teamListQuery,
  teamListSchema,
  teamSchema,
} from './schemas.ts';

const shared = { tags: ['Teams'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;

const list = createRoute({
  ...shared,
  operationId: 'listTeams',
  method: 'get',
  path: '/v1/teams',
  summary: 'List teams',
  description: 'Those that serve any of your mailboxes.',
  request: { query: teamListQuery },
  responses: {
    200: jsonContent('A page of teams.', teamListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addTeam',
  method: 'post',
  path: '/v1/teams',
  summary: 'Add a team',
  description: 'For managers and admins.',
  request: { headers: idempotencyHeaders, body: jsonBody(newTeamSchema) },
  responses: {
    201: jsonContent('The team.', teamSchema),
    ...problemResponses(...refusals, 'not_found', 'already_exists', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getTeam',
  method: 'get',
  path: '/v1/teams/{id}',
  summary: 'Get a team',
  request: { params: idPath },
  responses: {
    200: jsonContent('The team.', teamSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editTeam',
  method: 'patch',
  path: '/v1/teams/{id}',
  summary: 'Change a team',
  description:
    'For its leads, managers and admins. Absent fields stay as they are. Requests in mailboxes that it no longer serves belong to no ' +
    'team then.',
  request: { params: idPath, body: jsonBody(teamChangesSchema) },
  responses: {
    200: jsonContent('The team as it now is.', teamSchema),
    ...problemResponses(...refusals, 'not_found', 'already_exists', 'precondition_failed'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeTeam',
  method: 'delete',
  path: '/v1/teams/{id}',
  summary: 'Remove a team',
  description: 'For managers and admins. What belonged to it belongs to no team then.',
  request: { params: idPath },
  responses: {
    204: { description: 'It is removed.' },
    ...problemResponses(...refusals, 'not_found', 'precondition_failed'),
  },
});

/** Operators who share work. */
export function teamRoutes(deps: TeamDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { memberId, ...page } = c.req.valid('query');
    const { items, ...rest } = await listTeams(deps, c.get('actor'), { ...page, filters: { memberId } });
    return c.json({ items: items.map(renderTeam), ...rest }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const { name, mailboxIds = null, memberIds = [], leadIds = [] } = c.req.valid('json');
    const body = { name, mailboxIds, memberIds, leadIds };
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/teams', body);
    const team = await addTeam(deps, actor, { ...body, idempotency: call });
    c.header('etag', entityTag(team));
    return c.json(renderTeam(team), 201);
  });
  routes.openapi(find, async (c) => {
    const team = await findTeam(deps, c.get('actor'), c.req.valid('param').id);
    c.header('etag', entityTag(team));
    return c.json(renderTeam(team), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = {
      teamId: c.req.valid('param').id,
      changes: c.req.valid('json'),
      ifMatch: ifMatchOf(c.req.header('if-match')),
    };
    const team = await editTeam(deps, c.get('actor'), input);
    c.header('etag', entityTag(team));
    return c.json(renderTeam(team), 200);
  });
  routes.openapi(remove, async (c) => {
    const input = { teamId: c.req.valid('param').id, ifMatch: ifMatchOf(c.req.header('if-match')) };
    await removeTeam(deps, c.get('actor'), input);
    return c.body(null, 204);
  });
  return routes;
}
