import type { Deps } from '../../../platform/deps.ts';
import type { Page } from '../../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { type AttemptFilters, type AttemptView, countAttempts, listAttemptRows } from './attempt-queries.ts';
import type { AttemptSort } from './attempt-sorts.ts';
import { findWebhook } from '../find-webhook.ts';

/** A page of the posts of the last thirty days, with the receiver's answers. */
export async function listAttempts(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<AttemptSort> & { readonly webhookId: number; readonly filters: AttemptFilters },
): Promise<Page<AttemptView> & Counted> {
  const { id } = await findWebhook(deps, actor, input.webhookId);
  const { filters } = input;
  return readPage(['webhook attempts', id, filters], input, {
    rows: (range) => listAttemptRows(deps.db, id, filters, range),
    count: () => countAttempts(deps.db, id, filters),
  });
}
