import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../http/app-env.ts';
import { problemResponses } from '../http/problems/problem-schema.ts';
import { idParameter, jsonContent, pageQuery, repeatable, text } from '../http/schemas.ts';
import { streamOf } from '../http/stream.ts';
import { invalidField, Problem } from '../problems.ts';
import { eventSchema, renderEvent } from './schemas.ts';
import { createFeedPoller } from './feed-poller.ts';
import type { FeedPosition, FeedRow } from './feed.ts';
import { followFeed } from './follow-feed.ts';
import { feedCursor, listFeed, readFeedCursor } from './list-feed.ts';

const shared = { tags: ['Events'], security: [{ token: [] }] };

const filters = {
  type: repeatable(text(100, 1)).openapi({ description: 'Kinds of event.', example: ['request.taken'] }),
  requestId: repeatable(idParameter),
};

const feedSchema = z
  .object({
    items: z.array(eventSchema),
    nextCursor: z
      .string()
      .openapi({ description: 'Pass it as `after` to go on, now or after the next events.' }),
  })
  .openapi('EventFeed');

const list = createRoute({
  ...shared,
  operationId: 'listEvents',
  method: 'get',
  path: '/v1/events',
  summary: 'The feed of changes',
  description:
    'Everything that happened in the mailboxes the operator serves, in an order in which nothing is ever skipped: an ' +
    'event may show a moment late, while an older transaction is open, but never before the place one has read to. ' +
    'Ids are not in this order. What happened to the desk itself (operators, tokens) is shown to admins.',
  request: {
    query: z.strictObject({
      after: z.string().max(2000).optional().openapi({
        description:
          '`nextCursor` of the call before; `now`: only what is to come; absent: from the beginning.',
      }),
      limit: pageQuery.limit,
      ...filters,
    }),
  },
  responses: {
    200: jsonContent('The events after it, and where to go on; no items: nothing yet.', feedSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const stream = createRoute({
  ...shared,
  operationId: 'streamEvents',
  method: 'get',
  path: '/v1/events/stream',
  summary: 'The feed of changes as server-sent events',
  description:
    'Each message has the cursor as `id` and an Event as `data`; a comment comes at least every 15 seconds. Ends every ' +
    'five minutes: an EventSource comes back by itself and goes on where it was.',
  request: {
    query: z.strictObject(filters),
    headers: z.object({
      'last-event-id': z
        .string()
        .max(2000)
        .optional()
        .openapi({ description: 'Go on after this one; absent: only what is to come.' }),
    }),
  },
  responses: {
    200: { description: 'The stream.', content: { 'text/event-stream': { schema: z.string() } } },
    ...problemResponses('invalid_input', 'unauthenticated', 'busy'),
  },
});

/** What happens on the desk, for programs that ask and for pages that listen. `stopping` ends all that listen. */
export function eventRoutes(
  deps: Pick<Deps, 'db' | 'log'> & { readonly stopping?: AbortSignal | undefined },
): ApiRoutes {
  const routes = apiRoutes();
  const poller = createFeedPoller(deps, deps.stopping);
  routes.openapi(list, async (c) => {
    const { after, limit, ...wanted } = c.req.valid('query');
    const place = after === undefined ? null : after === 'now' ? 'now' : readPlace('after', after);
    const page = await listFeed(deps, c.get('actor'), { filters: wanted, after: place, limit });
    const items = page.rows.map(({ event }) => renderEvent(event));
    return c.json({ items, nextCursor: feedCursor(page.position) }, 200);
  });
  routes.openapi(stream, async (c) => {
    const actor = c.get('actor');
    const wanted = c.req.valid('query');
    const last = c.req.valid('header')['last-event-id'];
    const after =
      last === undefined || last === ''
        ? (await listFeed(deps, actor, { filters: wanted, after: 'now', limit: 1 })).position
        : readPlace('last-event-id', last);
    const listener = poller.listen();
    if (listener === null) {
      throw new Problem('busy', 'This process serves no more streams.', { retryAfterSeconds: 10 });
    }
    c.req.raw.signal.addEventListener('abort', listener.close);
    const rows = followFeed(deps, actor, listener, { filters: wanted, after });
    return new Response(streamOf(serverSentEvents(rows), listener.close), {
      status: 200,
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        // Proxies that collect an answer before they pass it on would hold events back.
        'x-accel-buffering': 'no',
      },
    });
  });
  return routes;
}

async function* serverSentEvents(batches: AsyncGenerator<readonly FeedRow[]>): AsyncGenerator<string> {
  yield 'retry: 2000\n\n';
  for await (const rows of batches) {
    yield rows.length === 0 ? ': alive\n\n' : rows.map(serverSentEvent).join('');
  }
}

function serverSentEvent({ event, position }: FeedRow): string {
  return `id: ${feedCursor(position)}\ndata: ${JSON.stringify(renderEvent(event))}\n\n`;
}

function readPlace(name: string, cursor: string): FeedPosition {
  try {
    return readFeedCursor(cursor);
  } catch {
    throw invalidField(name, 'is no cursor of this feed');
  }
}
