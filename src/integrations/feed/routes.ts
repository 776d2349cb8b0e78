import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, type AppEnv, apiRoutes } from '../../people/access/app-env.ts';
import { cutOff } from '../../platform/http/cut-off.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idParameter, pageQuery, repeatable, text } from '../../platform/http/schemas.ts';
import { streamOf } from '../../platform/http/stream.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { eventSchema, renderEvent } from '../../people/history/schemas.ts';
import type { PresentSomewhere } from '../../requests/presence/presence.ts';
import { createFeedPoller, type News } from './feed-poller.ts';
import type { FeedFilters, FeedPosition, FeedRow } from './feed.ts';
import { followFeed } from './follow-feed.ts';
import { feedCursor, listFeed, readFeedCursor } from './list-feed.ts';

const shared = { tags: ['Events'], security: [{ token: [] }] };

const filters = {
  type: repeatable(text(100, 1)).openapi({ description: 'Kinds of event.', example: ['request.taken'] }),
  requestId: repeatable(idParameter).openapi({ description: 'Events of these requests.' }),
  told: z.enum(['me']).optional().openapi({
    description: '`me`: only those that concern you, of the kinds that you want to hear of.',
  }),
};

const feedSchema = z
  .object({
    items: z.array(eventSchema).openapi({ description: 'Oldest first.' }),
    nextCursor: z
      .string()
      .openapi({ description: 'Pass it as `after` to continue, now or after the next events.' }),
  })
  .openapi('EventFeed');

const after = z.string().max(2000).optional();

const list = createRoute({
  ...shared,
  operationId: 'listEvents',
  method: 'get',
  path: '/v1/events',
  summary: 'List the feed of events',
  description:
    'Everything that happened in the mailboxes the operator serves. No event is ever skipped: one may appear a moment ' +
    'late, while an older transaction is open, but never before a position already read. Ids are not in this order. ' +
    'Events of the desk itself (operators, tokens, the names of contacts) are shown to admins who serve every mailbox, and to whom ' +
    'they tell. ' +
    'With `Accept: text/event-stream` it is the stream of `/v1/events/stream`.',
  request: {
    query: z.strictObject({
      after: after.openapi({
        description:
          '`nextCursor` of the previous call; `now`: only future events. Defaults to the beginning.',
      }),
      limit: pageQuery.limit,
      ...filters,
    }),
  },
  responses: {
    200: {
      description: 'The events after it, and where to continue; no items if there are none yet.',
      content: { 'application/json': { schema: feedSchema }, 'text/event-stream': { schema: z.string() } },
    },
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const stream = createRoute({
  ...shared,
  operationId: 'streamEvents',
  method: 'get',
  path: '/v1/events/stream',
  summary: 'Stream the feed of events',
  description:
    'Each message has the cursor as `id` and an Event as `data`; a comment comes at least every 15 seconds. A message ' +
    'of the type `presence` says that somebody came to a request, left it, began or stopped to write. Ends every ' +
    'five minutes, and when the operator may see other things than before: an EventSource comes back by itself and goes ' +
    'on where it was.',
  request: {
    query: z.strictObject({
      after: after.openapi({
        description:
          '`nextCursor` of the feed, to miss nothing since it was read; absent: only what is to come.',
      }),
      ...filters,
    }),
    headers: z.object({
      'last-event-id': after.openapi({ description: 'Continues after this event; overrides `after`.' }),
    }),
  },
  responses: {
    200: { description: 'The stream.', content: { 'text/event-stream': { schema: z.string() } } },
    ...problemResponses('invalid_input', 'unauthenticated', 'busy'),
  },
});

/** What happens on the desk, for programs that ask and for pages that listen. `stopping` ends all that listen. */
export function eventRoutes(
  deps: Pick<Deps, 'db' | 'log' | 'clock'> & { readonly stopping?: AbortSignal | undefined },
): ApiRoutes {
  const routes = apiRoutes();
  const poller = createFeedPoller(deps, deps.stopping);
  routes.openapi(list, async (c) => {
    const { after: given, limit, ...wanted } = c.req.valid('query');
    const place = given === undefined ? null : readPlace('after', given);
    if (isStreamAsked(c)) return answerStream(c, wanted, place ?? 'now');
    const page = await listFeed(deps, c.get('actor'), { filters: wanted, after: place, limit });
    const items = page.rows.map(({ event }) => renderEvent(event));
    return c.json({ items, nextCursor: feedCursor(page.position) }, 200);
  });
  routes.openapi(stream, async (c) => {
    const { after: given = 'now', ...wanted } = c.req.valid('query');
    return answerStream(c, wanted, readPlace('after', given));
  });
  return routes;

  async function answerStream(c: Context<AppEnv>, wanted: FeedFilters, after: FeedPosition | 'now') {
    const actor = c.get('actor');
    const last = c.req.header('last-event-id') ?? '';
    const place = last === '' ? after : readPlace('last-event-id', last);
    const headers = {
      'content-type': 'text/event-stream; charset=utf-8',
      // A proxy that buffers answers would hold events back.
      'x-accel-buffering': 'no',
    };
    // For HEAD nobody would read the stream, nor end it.
    if (c.req.method === 'HEAD') return new Response(null, { status: 200, headers });
    const start =
      place === 'now'
        ? (await listFeed(deps, actor, { filters: wanted, after: place, limit: 1 })).position
        : place;
    const listener = poller.listen(() => cutOff(c));
    if (listener === null) {
      throw new Problem('busy', 'This process serves no more streams.', { retryAfterSeconds: 10 });
    }
    c.req.raw.signal.addEventListener('abort', listener.close);
    const rows = followFeed(deps, actor, listener, { filters: wanted, after: start });
    return new Response(streamOf(serverSentEvents(start, rows), listener.close), { status: 200, headers });
  }
}

// An EventSource asks for nothing else; a program that takes anything gets JSON.
function isStreamAsked(c: Context): boolean {
  return /^\s*text\/event-stream\b/i.test(c.req.header('accept') ?? '');
}

// The first message is not an event but the current position: a page whose connection breaks before anything happened resumes there.
async function* serverSentEvents(start: FeedPosition, batches: AsyncGenerator<News>): AsyncGenerator<string> {
  yield `retry: 2000\nid: ${feedCursor(start)}\n\n`;
  for await (const { rows, presence } of batches) {
    const told = [...rows.map(serverSentEvent), ...presence.map(presenceEvent)];
    yield told.length === 0 ? ': alive\n\n' : told.join('');
  }
}

function serverSentEvent({ event, position }: FeedRow): string {
  return `id: ${feedCursor(position)}\ndata: ${JSON.stringify(renderEvent(event))}\n\n`;
}

// Its own event name keeps it from listeners to the feed; without an id it does not move their position.
function presenceEvent({ requestId, operatorId }: PresentSomewhere): string {
  return `event: presence\ndata: ${JSON.stringify({ requestId, operatorId })}\n\n`;
}

function readPlace(name: string, cursor: string): FeedPosition | 'now' {
  if (cursor === 'now' && name === 'after') return 'now';
  try {
    return readFeedCursor(cursor);
  } catch {
    throw invalidField(name, 'is not a cursor of this feed');
  }
}
