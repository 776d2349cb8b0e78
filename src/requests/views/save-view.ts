import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import { cleanLine } from '../../mail/text.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, requireServingAll } from '../../people/access/permissions.ts';
import type { EventType } from '../../people/history/event-types.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { findOperator } from '../../people/operators/find-operator.ts';
import { cleanRequestQuery } from '../lists/query-schema.ts';
import { findView } from './find-view.ts';
import { deleteView, insertView, lockView, updateView } from './queries.ts';
import type { View } from './view.ts';

export type NewView = {
  readonly name: string;
  readonly query: string;
  readonly shared: boolean;
  readonly idempotency?: Idempotency | null;
};

/** Stores a query of the list under a name. A shared view is visible to everybody, and takes a lead. */
export async function addView(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: NewView,
): Promise<View> {
  requirePermission(actor, input.shared ? 'views.share' : 'requests.read');
  const name = filled(input.name);
  const query = await cleanRequestQuery(deps.db, actor, input.query);
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const ownerId = actor.operatorId;
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      const madeId = await insertView(tx, { name, query, shared: input.shared, ownerId, at });
      await tell(tx, actor, 'view.added', { after: await findView({ db: tx }, actor, madeId), at });
      return madeId;
    });
    return findView({ db: tx }, actor, id);
  });
}

export type ViewChanges = {
  readonly name?: string | undefined;
  readonly query?: string | undefined;
  readonly shared?: boolean | undefined;
};

/** Changes an own view, or as a lead a shared one. Fields left out stay. */
export async function editView(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly viewId: number; readonly changes: ViewChanges },
): Promise<View> {
  const { name, query, shared } = input.changes;
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const before = await lockOwn(tx, actor, input.viewId);
    const after: View = {
      ...before,
      name: name === undefined ? before.name : filled(name),
      query: query === undefined ? before.query : await cleanRequestQuery(tx, actor, query),
      shared: shared ?? before.shared,
      updatedAt: at,
    };
    if (after.shared) requirePermission(actor, 'views.share');
    if (changedFields(told(before), told(after)) === null) return before;
    await updateView(tx, after, at);
    await tell(tx, actor, 'view.edited', { before, after, at });
    return after;
  });
}

/** Removes an own view, or as a lead the shared one of an operator whose mailboxes they all serve. */
export async function removeView(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly viewId: number },
): Promise<void> {
  await deps.db.begin(async (tx) => {
    const before = await lockOwn(tx, actor, input.viewId);
    await deleteView(tx, before.id);
    await tell(tx, actor, 'view.removed', { before, at: deps.clock.now() });
  });
}

async function lockOwn(tx: Transaction, actor: OperatorActor, viewId: number): Promise<View> {
  requirePermission(actor, 'requests.read');
  const view = await lockView(tx, actor.operatorId, viewId);
  if (view === null) throw notFound('view', viewId);
  if (!view.shared) return view;
  requirePermission(actor, 'views.share');
  // A shared view shows up for teams whose mailboxes a limited lead does not serve.
  if (view.ownerId !== actor.operatorId) {
    const owner = await findOperator({ db: tx }, actor, { id: view.ownerId });
    requireServingAll(actor, owner.mailboxIds);
  }
  return view;
}

function filled(text: string): string {
  const name = cleanLine(text);
  if (name === '') throw invalidField('/name', 'must not be blank');
  return name;
}

// An operator's own views concern nobody else, so that they leave no event.
async function tell(
  tx: Transaction,
  actor: OperatorActor,
  type: EventType,
  change: { readonly before?: View; readonly after?: View; readonly at: Date },
): Promise<void> {
  const { before, after, at } = change;
  if (before?.shared !== true && after?.shared !== true) return;
  await recordEvent(tx, {
    type,
    actor,
    at,
    ...(before === undefined ? {} : { old: told(before) }),
    ...(after === undefined ? {} : { new: told(after) }),
  });
}

function told({ id, name, query, shared }: View): Record<string, unknown> {
  return { viewId: id, name, query, shared };
}
