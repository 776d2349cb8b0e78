import type { JiraDeps } from '../jira-deps.ts';
import { makeIssue } from '../links/link-request.ts';
import { tie } from '../links/tie.ts';
import { findMappingRow } from '../mappings/queries.ts';
import {
  insertCloseChanges,
  insertMessageChanges,
  listAsked,
  listFollowUps,
  listUnlinked,
  lockUnlinked,
  wakeIssues,
} from './collect-queries.ts';

const SYSTEM = { kind: 'system' } as const;

/**
 * Collects what Jira has to be told: requests that become issues, messages, closings. It reads what
 * the rooms below have written instead of being called by them, so that no email waits for Jira.
 */
export async function collectChanges(deps: Pick<JiraDeps, 'db' | 'clock' | 'publicUrl'>): Promise<void> {
  const at = deps.clock.now();
  await tieFollowUps(deps, at);
  await makeIssues(deps, at);
  const issues = [...(await insertMessageChanges(deps.db, at)), ...(await insertCloseChanges(deps.db, at))];
  if (issues.length > 0) await wakeIssues(deps.db, issues, at);
}

async function makeIssues(deps: Pick<JiraDeps, 'db' | 'publicUrl'>, at: Date): Promise<void> {
  for (const { id } of [...(await listUnlinked(deps.db, at)), ...(await listAsked(deps.db, at))]) {
    await deps.db.begin(async (tx) => {
      const request = await lockUnlinked(tx, id);
      const mapping = request === null ? null : await findMappingRow(tx, request.mailboxId);
      if (request === null || mapping === null) return;
      const { connectionId } = mapping;
      await makeIssue(tx, SYSTEM, { request, connectionId, mapping, publicUrl: deps.publicUrl, at });
    });
  }
}

// Its first message becomes a comment of the issue that the closed request had.
async function tieFollowUps(deps: Pick<JiraDeps, 'db'>, at: Date): Promise<void> {
  for (const { id, issueId, key, connectionId } of await listFollowUps(deps.db, at)) {
    await deps.db.begin(async (tx) => {
      const request = await lockUnlinked(tx, id);
      if (request === null) return;
      const issue = { id: issueId, connectionId, key };
      await tie(tx, SYSTEM, { request, issue, afterMessageId: 0, closeTold: false, watchers: [], at });
    });
    await wakeIssues(deps.db, [issueId], at);
  }
}
