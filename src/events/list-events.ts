import type { Deps } from '../deps.ts';
import { decodeCursor } from '../http/lists/cursor.ts';
import { byId, type Page, pageOf } from '../http/lists/page.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { findRequest } from '../requests/find-request.ts';
import { listEventRows } from './history-queries.ts';
import type { EventView } from './event-view.ts';

/** A page of a request's history, oldest first. */
export async function listEvents(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<EventView>> {
  const scope = `events ${input.requestId}`;
  const after = input.cursor === undefined ? null : decodeCursor(input.cursor, scope);
  await findRequest(deps, actor, input.requestId);
  return pageOf(
    await listEventRows(deps.db, input.requestId, after, input.limit + 1),
    input.limit,
    scope,
    byId,
  );
}
