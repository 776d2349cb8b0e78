import { z } from 'zod';
import { forgetDraft, listCancelledDrafts } from '../../../outbox/sent/cancelled-drafts.ts';
import type { Deps } from '../../../platform/deps.ts';
import type { Graph } from '../graph/graph.ts';
import { isGone } from '../graph/graph-fault.ts';

const draft = z.object({ isDraft: z.boolean() });

/**
 * Deletes the drafts of answers that were cancelled after a try: somebody would find them in Outlook and send them. One that
 * left all the same stays where it is.
 */
export async function clearDrafts(
  deps: Pick<Deps, 'db' | 'clock'>,
  graph: Graph,
  mailboxId: number,
): Promise<void> {
  for (const cancelled of await listCancelledDrafts(deps.db, mailboxId, deps.clock.now())) {
    const path = `/messages/${encodeURIComponent(cancelled.draftId)}`;
    try {
      const isDraft = await graph.call(
        { path: `${path}?$select=id,isDraft` },
        async (response) => draft.parse(await response.json()).isDraft,
      );
      if (!isDraft) continue;
      await graph.call({ method: 'DELETE', path }, (response) => response.text());
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    await forgetDraft(deps.db, cancelled);
  }
}
