import { recordEvent } from '../../../people/history/record-event.ts';
import { jiraFault } from '../client/jira-fault.ts';
import type { OpenDeps } from '../connections/open-jira.ts';
import {
  type ChangeRow,
  clearChangeAttempt,
  listWaitingChanges,
  markChangeAttempt,
  markChangeDone,
  markChangeRefused,
  markChangeUncertain,
} from './change-queries.ts';
import { listLiveLinks, renewLease } from './issue-queries.ts';
import { isFinal } from './make-issue.ts';
import { findChange, makeChange, type Telling } from './tell-change.ts';

const FIRST_LOOK_MS = 30_000;
const NEXT_LOOK_MS = 120_000;
const LOOKS = 2;

/**
 * Tells Jira what waits, in its order. That a change is made is committed before it is; one whose answer was lost is looked
 * for, and made again only when it was not found twice. Throws the fault of one that was surely not made and may be later.
 */
export async function tellChanges(deps: OpenDeps, to: Telling, owner: string): Promise<void> {
  const held = new Set<string>();
  for (const change of await listWaitingChanges(deps.db, to.issueId, deps.clock.now())) {
    if (held.has(change.kind)) continue;
    if (!(await renewLease(deps.db, to.issueId, owner, deps.clock.now()))) return;
    if (!(await tellOne(deps, change, to))) held.add(change.kind);
  }
}

/** False when it is not known to be there: what comes after it waits. */
async function tellOne(deps: OpenDeps, change: ChangeRow, to: Telling): Promise<boolean> {
  if (change.attemptedAt !== null) {
    const found = await findChange(deps, change, to);
    if (found !== null) {
      await markChangeDone(deps.db, change.id, found.jiraId);
      return true;
    }
    const isSearched = change.kind === 'comment' || change.kind === 'file';
    const searches = change.state === 'uncertain' ? change.searches + 1 : 0;
    if (isSearched && searches < LOOKS) {
      await doubt(deps, change, searches, searches === 0 ? FIRST_LOOK_MS : NEXT_LOOK_MS);
      return false;
    }
  }
  await markChangeAttempt(deps.db, change.id, deps.clock.now());
  try {
    await markChangeDone(deps.db, change.id, await makeChange(deps, change, to));
    return true;
  } catch (error) {
    const fault = jiraFault(error);
    if (fault.kind === 'unclear') {
      await doubt(deps, change, 0, FIRST_LOOK_MS);
      return false;
    }
    if (!isFinal(fault)) {
      await clearChangeAttempt(deps.db, change.id);
      throw fault;
    }
    await refuse(deps, change, { issueId: to.issueId, reason: fault.message });
    if (fault.kind === 'missing') throw fault;
    return true;
  }
}

async function refuse(
  deps: OpenDeps,
  change: ChangeRow,
  { issueId, reason }: { readonly issueId: number; readonly reason: string },
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await markChangeRefused(tx, change.id, reason);
    const link = (await listLiveLinks(tx, issueId)).find(({ id }) => id === change.linkId);
    // An account that may not add watchers or links may still comment: not worth reporting.
    if (link === undefined || change.kind === 'watcher' || change.kind === 'remote_link') return;
    await recordEvent(tx, {
      type: 'jira.change_refused',
      actor: { kind: 'system' },
      at,
      mailboxId: link.mailboxId,
      requestId: link.requestId,
      ...(change.messageId === null ? {} : { messageId: change.messageId }),
      new: { kind: change.kind, reason },
    });
  });
}

function doubt(deps: OpenDeps, change: ChangeRow, searches: number, wait: number): Promise<void> {
  const nextAt = new Date(deps.clock.now().getTime() + wait);
  return markChangeUncertain(deps.db, change.id, {
    searches,
    nextAt,
    fault: 'Jira did not answer; it is looked for.',
  });
}
