import { recordEvent } from '../../../people/history/record-event.ts';
import { isFinal, jiraFault } from '../client/jira-fault.ts';
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
import { listLiveLinks, markMaking } from './issue-queries.ts';
import { tellLinked } from './make-issue.ts';
import { findChange, makeChange } from './tell-change.ts';
import type { Telling } from './telling.ts';

/** The index finds most issues at once, and some only after minutes; what an issue has on it is there at once. */
const FIRST_LOOK_MS = 30_000;
const NEXT_LOOK_MS = { issue: 300_000, other: 120_000 };
const LOOKS = 2;
/** What is looked for before it is made again; the others do no harm when they are made twice. */
const SEARCHED = ['issue', 'comment', 'file'];

/**
 * Tells Jira what waits, in its order. That a change is made is committed before it is; one whose answer was lost is looked
 * for, and made again only when it was not found twice. Throws the fault of one that was surely not made and may be later.
 */
export async function tellChanges(deps: OpenDeps, to: Telling, owner: string): Promise<void> {
  const held = new Set<string>();
  for (const change of await listWaitingChanges(deps.db, to.issue.id, deps.clock.now())) {
    if (held.has(change.kind)) continue;
    const told = await tellOne(deps, change, to, owner);
    if (told === 'lost') return;
    if (told === 'unknown') held.add(change.kind);
  }
}

/** `unknown`: what comes after it waits; `lost`: the issue may be somebody else's now. */
async function tellOne(
  deps: OpenDeps,
  change: ChangeRow,
  to: Telling,
  owner: string,
): Promise<'told' | 'unknown' | 'lost'> {
  if (change.attemptedAt !== null) {
    const found = await findChange(deps, change, to);
    if (found !== null) {
      await markChangeDone(deps.db, change.id, found.jiraId);
      return 'told';
    }
    const searches = change.state === 'uncertain' ? change.searches + 1 : 0;
    if (SEARCHED.includes(change.kind) && searches < LOOKS) {
      await doubt(deps, change, to, searches);
      return 'unknown';
    }
  }
  const attempt = { id: change.id, issueId: to.issue.id, owner, at: deps.clock.now() };
  if (!(await markChangeAttempt(deps.db, attempt))) return 'lost';
  try {
    await markChangeDone(deps.db, change.id, await makeChange(deps, change, to));
    return 'told';
  } catch (error) {
    const fault = jiraFault(error);
    if (fault.kind === 'unclear') {
      await doubt(deps, change, to, 0);
      return 'unknown';
    }
    if (!isFinal(fault)) {
      await clearChangeAttempt(deps.db, change.id);
      if (change.kind === 'issue') await markMaking(deps.db, to.issue.id, { state: 'creating', fault: null });
      throw fault;
    }
    await refuse(deps, change, { issueId: to.issue.id, reason: fault.message });
    if (fault.kind === 'missing') throw fault;
    return 'told';
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
    if (change.kind === 'issue') {
      await markMaking(tx, issueId, { state: 'refused', fault: reason });
      return tellLinked(tx, issueId, { type: 'jira.issue_refused', new: { reason }, at });
    }
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

async function doubt(deps: OpenDeps, change: ChangeRow, to: Telling, searches: number): Promise<void> {
  const next = NEXT_LOOK_MS[change.kind === 'issue' ? 'issue' : 'other'];
  const nextAt = new Date(deps.clock.now().getTime() + (searches === 0 ? FIRST_LOOK_MS : next));
  const fault = 'Jira did not answer; it is looked for.';
  await markChangeUncertain(deps.db, change.id, { searches, nextAt, fault });
  if (change.kind === 'issue') await markMaking(deps.db, to.issue.id, { state: 'uncertain', fault });
}
