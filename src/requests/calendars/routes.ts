import { createRoute } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { findCalendar, listCalendars } from './find-calendar.ts';
import { addCalendar, editCalendar, importHolidays, removeCalendar } from './save-calendar.ts';
import {
  calendarChangesSchema,
  calendarListQuery,
  calendarListSchema,
  calendarSchema,
  holidayFileSchema,
  newCalendarSchema,
  renderCalendar,
} from './schemas.ts';

const shared = { tags: ['Clocks'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;
const asItIs = jsonContent('The calendar as it now is.', calendarSchema);

const list = createRoute({
  ...shared,
  operationId: 'listCalendars',
  method: 'get',
  path: '/v1/calendars',
  summary: 'List calendars',
  request: { query: calendarListQuery },
  responses: {
    200: jsonContent('A page of calendars.', calendarListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addCalendar',
  method: 'post',
  path: '/v1/calendars',
  summary: 'Create a calendar',
  description: 'When time counts for the clocks of requests. Takes a lead who serves every mailbox.',
  request: { headers: idempotencyHeaders, body: jsonBody(newCalendarSchema) },
  responses: {
    201: jsonContent('The calendar.', calendarSchema),
    ...problemResponses(...refusals, 'not_found', 'already_exists', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getCalendar',
  method: 'get',
  path: '/v1/calendars/{id}',
  summary: 'Get a calendar',
  request: { params: idPath },
  responses: {
    200: jsonContent('The calendar.', calendarSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editCalendar',
  method: 'patch',
  path: '/v1/calendars/{id}',
  summary: 'Change a calendar',
  description:
    'Absent fields stay as they are. Clocks that go by it follow at once; what they have counted stays.',
  request: { params: idPath, body: jsonBody(calendarChangesSchema) },
  responses: { 200: asItIs, ...problemResponses(...refusals, 'not_found', 'already_exists') },
});

const importing = createRoute({
  ...shared,
  operationId: 'importHolidays',
  method: 'post',
  path: '/v1/calendars/{id}/holidays',
  summary: 'Add the holidays of an iCalendar file',
  description: 'Those of the last year and the next ten, repeated ones included.',
  request: { params: idPath, body: jsonBody(holidayFileSchema) },
  responses: { 200: asItIs, ...problemResponses(...refusals, 'not_found') },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeCalendar',
  method: 'delete',
  path: '/v1/calendars/{id}',
  summary: 'Remove a calendar',
  description: 'One that no policy goes by.',
  request: { params: idPath },
  responses: {
    204: { description: 'It is removed.' },
    ...problemResponses(...refusals, 'not_found', 'wrong_state'),
  },
});

/** When time counts. */
export function calendarRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { items, ...rest } = await listCalendars(deps, c.get('actor'), c.req.valid('query'));
    return c.json({ items: items.map(renderCalendar), ...rest }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const { holidays = [], ...body } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/calendars', { holidays, ...body });
    const calendar = await addCalendar(deps, actor, { ...body, holidays, idempotency: call });
    return c.json(renderCalendar(calendar), 201);
  });
  routes.openapi(find, async (c) => {
    return c.json(renderCalendar(await findCalendar(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = { calendarId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderCalendar(await editCalendar(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(importing, async (c) => {
    const input = { calendarId: c.req.valid('param').id, ics: c.req.valid('json').ics };
    return c.json(renderCalendar(await importHolidays(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    await removeCalendar(deps, c.get('actor'), { calendarId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  return routes;
}
