import { flagRequest } from '../../../requests/request/flag-request.ts';
import { readCommentProperties, readTalk } from '../client/issues.ts';
import { JiraFault } from '../client/jira-fault.ts';
import type { JiraIssue } from '../client/shapes.ts';
import { listOwn } from '../telling/change-queries.ts';
import { type IssueRow, listLiveLinks } from '../telling/issue-queries.ts';
import { tellLinked } from '../telling/make-issue.ts';
import { hearLink } from './hear-link.ts';
import { hearStatus } from './hear-status.ts';
import { listHeard, markBroken, markMended, markRead } from './queries.ts';
import type { From, ReadDeps, IssueReading } from './issue-reading.ts';

/** Reads an issue and brings what is new to its requests. If it no longer exists, each of them records that. */
export async function hearIssue(
  deps: ReadDeps,
  row: IssueRow & { readonly jiraId: string },
  from: From,
): Promise<void> {
  const talk = await readTalk(from.jira, row.jiraId).catch((error: unknown) => {
    if (error instanceof JiraFault && error.kind === 'missing') return error;
    throw error;
  });
  if (talk instanceof JiraFault) return breakLinks(deps, row, talk.message);
  const { issue } = talk;
  if (row.state === 'broken') await mendLinks(deps, row, issue);
  await moveStatus(deps, row, issue);
  const links = await listLiveLinks(deps.db, row.id);
  const heard = await listHeard(
    deps.db,
    links.map(({ id }) => id),
  );
  const own = await findOwn(deps, row, from, { ...talk, heard });
  for (const link of links) await hearLink(deps, link, { ...from, ...talk, own, heard });
  await markRead(deps.db, row.id, issue, { updated: issue.fields.updated ?? null, at: deps.clock.now() });
}

async function moveStatus(deps: ReadDeps, row: IssueRow, issue: JiraIssue): Promise<void> {
  const { status } = issue.fields;
  if (status === null || row.status === null || row.status === status.name) return;
  const at = deps.clock.now();
  const move = { issueId: row.id, issueKey: issue.key, from: row.status, to: status.name, at };
  const category = status.statusCategory?.key ?? null;
  const queued = await deps.db.begin(async (tx) => {
    // The times are kept back until all of it was heard: what fails in between is read again.
    await markRead(tx, row.id, issue, { updated: row.jiraUpdated, at });
    return hearStatus(tx, { ...move, category });
  });
  if (queued) deps.wakeDeliveries();
}

/**
 * What was made from here: the desk acts as a person, whose own comments are heard, so the author alone proves nothing. A
 * comment whose answer was lost is known by its property.
 */
async function findOwn(
  deps: ReadDeps,
  row: IssueRow,
  { jira, connection }: From,
  { issue, comments, heard }: Pick<IssueReading, 'issue' | 'comments' | 'heard'>,
): Promise<ReadonlySet<string>> {
  const told = await listOwn(deps.db, row.id);
  const known = new Set(heard.map(({ what }) => what));
  const unknown = comments.filter(({ id }) => !told.has(`comment:${id}`) && !known.has(`comment:${id}`));
  const marked = await readCommentProperties(jira, unknown);
  const byUs = (issue.fields.attachment ?? []).filter(
    ({ author }) => author !== null && jira.dialect.personId(author) === connection.accountId,
  );
  return new Set([
    ...told,
    ...[...marked.keys()].map((id) => `comment:${id}`),
    ...byUs.map(({ id }) => `file:${id}`),
  ]);
}

async function breakLinks(deps: ReadDeps, row: IssueRow, said: string): Promise<void> {
  const at = deps.clock.now();
  const key = row.key ?? '';
  await deps.db.begin(async (tx) => {
    const fault = `${key} is gone from Jira, or the connection may not see it: ${said}`;
    if (!(await markBroken(tx, row.id, fault))) return;
    await tellLinked(tx, row.id, { type: 'jira.link_broken', new: { key, reason: said }, at });
    for (const { requestId, mailboxId } of await listLiveLinks(tx, row.id))
      await flagRequest(tx, { kind: 'system' }, { requestId, mailboxId, reason: 'jira_link_broken', at });
  });
}

async function mendLinks(deps: ReadDeps, row: IssueRow, issue: JiraIssue): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await markMended(tx, row.id);
    await tellLinked(tx, row.id, { type: 'jira.link_mended', new: { key: issue.key }, at });
  });
}
