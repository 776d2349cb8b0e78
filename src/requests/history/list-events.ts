import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findRequest } from '../request/find-request.ts';
import type { EventView } from '../../people/history/event-view.ts';
import { countEvents, listEventRows } from './history-queries.ts';
import type { HistorySort } from './history-sorts.ts';

/** A page of a request's history. */
export async function listEvents(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: PageInput<HistorySort> & { readonly requestId: number },
): Promise<Page<EventView> & Counted> {
  const { requestId } = input;
  await findRequest(deps, actor, requestId);
  return readPage(['events', requestId], input, {
    rows: (range) => listEventRows(deps.db, requestId, range),
    count: () => countEvents(deps.db, requestId),
  });
}
