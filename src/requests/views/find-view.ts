import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { countViewRows, listViewRows, listViewsById } from './queries.ts';
import type { View } from './view.ts';
import type { ViewSort } from './view-sorts.ts';

/** One view; `not_found` also when it is another operator's own. */
export async function findView(
  deps: { readonly db: Queryable },
  actor: OperatorActor,
  viewId: number,
): Promise<View> {
  requirePermission(actor, 'requests.read');
  const [view] = await listViewsById(deps.db, actor.operatorId, [viewId]);
  if (view === undefined) throw notFound('view', viewId);
  return view;
}

/** A page of the operator's own views and the shared ones. */
export async function listViews(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<ViewSort>,
): Promise<Page<View> & Counted> {
  requirePermission(actor, 'requests.read');
  const { operatorId } = actor;
  return readPage(['views', operatorId], input, {
    rows: (range) => listViewRows(deps.db, operatorId, range),
    count: () => countViewRows(deps.db, operatorId),
  });
}
