import { flagRequest } from '../../../requests/request/flag-request.ts';
import { listComments, readCommentProperties, readFile, readIssue } from '../client/issues.ts';
import type { JiraClient } from '../client/jira-client.ts';
import { JiraFault } from '../client/jira-fault.ts';
import type { JiraComment, JiraFile, JiraIssue } from '../client/shapes.ts';
import type { ConnectionRow } from '../connections/connection.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { UNMAPPED } from '../mappings/mapping.ts';
import { findMappingRow } from '../mappings/queries.ts';
import { listOwnIds } from '../telling/change-queries.ts';
import { type IssueRow, type LiveLink, listLiveLinks } from '../telling/issue-queries.ts';
import { tellLinked } from '../telling/make-issue.ts';
import { hearComment, hearDeletion, type HeardComment } from './hear-comment.ts';
import { hearStatus } from './hear-status.ts';
import { type JudgedComment, judgeComment } from './judge-comment.ts';
import {
  type Heard,
  listHeard,
  markBroken,
  markMended,
  markRead,
  markReadDue,
  markReading,
} from './queries.ts';

export type ReadDeps = Pick<JiraDeps, 'db' | 'clock' | 'log' | 'wakeDeliveries'>;

type Reading = {
  readonly jira: JiraClient;
  readonly connection: ConnectionRow;
  readonly issue: JiraIssue;
  readonly comments: readonly JiraComment[];
  /** Ids of comments and files that were made from here. */
  readonly own: ReadonlySet<string>;
};

/** The most an email can carry; larger files stay in Jira, and the email names them. */
const MAX_FILE_BYTES = 10_000_000;
const NEAR_MS = 10 * 60_000;

/** Reads an issue and brings what is new to its requests. If it no longer exists, each of them records that. */
export async function hearIssue(
  deps: ReadDeps,
  row: IssueRow & { readonly jiraId: string },
  from: { readonly jira: JiraClient; readonly connection: ConnectionRow },
): Promise<void> {
  await markReading(deps.db, row.id);
  let issue: JiraIssue;
  try {
    issue = await readIssue(from.jira, row.jiraId);
  } catch (error) {
    if (error instanceof JiraFault && error.kind === 'missing') return breakLinks(deps, row, error.message);
    await markReadDue(deps.db, row.id);
    throw error;
  }
  try {
    if (row.state === 'broken') await mendLinks(deps, row, issue);
    await moveStatus(deps, row, issue);
    const comments = await listComments(from.jira, row.jiraId);
    const own = await findOwn(deps, row, from, { issue, comments });
    for (const link of await listLiveLinks(deps.db, row.id))
      await hearLink(deps, link, { ...from, issue, comments, own });
    await markRead(deps.db, row.id, issue, { updated: issue.fields.updated ?? null, at: deps.clock.now() });
  } catch (error) {
    await markReadDue(deps.db, row.id);
    throw error;
  }
}

async function moveStatus(deps: ReadDeps, row: IssueRow, issue: JiraIssue): Promise<void> {
  const { status } = issue.fields;
  const at = deps.clock.now();
  const isMoved = status !== null && row.status !== null && row.status !== status.name;
  const queued = await deps.db.begin(async (tx) => {
    // The times are kept back until all of it was heard: what fails in between is read again.
    await markRead(tx, row.id, issue, { updated: row.jiraUpdated, at });
    if (!isMoved) return false;
    const category = status.statusCategory?.key ?? null;
    return hearStatus(tx, {
      issueId: row.id,
      issueKey: issue.key,
      from: row.status,
      to: status.name,
      category,
      at,
    });
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
  { jira, connection }: { readonly jira: JiraClient; readonly connection: ConnectionRow },
  { issue, comments }: Pick<Reading, 'issue' | 'comments'>,
): Promise<ReadonlySet<string>> {
  const told = await listOwnIds(deps.db, row.id, 'comment');
  const files = await listOwnIds(deps.db, row.id, 'file');
  const unknown = comments.filter(({ id }) => !told.has(id));
  const marked = await readCommentProperties(jira, unknown);
  const byUs = (issue.fields.attachment ?? []).filter(
    ({ author }) => author !== null && jira.dialect.personId(author) === connection.accountId,
  );
  return new Set([
    ...[...told, ...marked.keys()].map((id) => `comment:${id}`),
    ...[...files, ...byUs.map(({ id }) => id)].map((id) => `file:${id}`),
  ]);
}

async function hearLink(deps: ReadDeps, link: LiveLink, reading: Reading): Promise<void> {
  const { comments, own, issue } = reading;
  const mapping = (await findMappingRow(deps.db, link.mailboxId)) ?? UNMAPPED;
  const heard = await listHeard(deps.db, link.id);
  const files = mapping.attachments ? newFiles(link, reading, heard) : [];
  const at = deps.clock.now();
  let queued = false;
  for (const comment of comments) {
    const what = `comment:${comment.id}`;
    const before = heard.get(what);
    if (own.has(what) || before?.version === comment.updated) continue;
    const isOld = isBefore(link, comment.created);
    const judged = isOld ? judgeOld(comment, before) : judgeComment(comment, mapping.hears);
    const along = isOld ? [] : takeFiles(files, comment, judged.text);
    const given = await download(reading.jira, along);
    const author = comment.author?.displayName ?? 'Somebody';
    const one = {
      link,
      what,
      version: comment.updated,
      author,
      issueKey: issue.key,
      judged,
      files: given,
      before,
      at,
    };
    queued = (await deps.db.begin((tx) => hearComment(tx, one))) || queued;
  }
  for (const file of files) await hearFile(deps, link, reading, file);
  const there = new Set(comments.map(({ id }) => `comment:${id}`));
  for (const gone of heard.values())
    if (gone.what.startsWith('comment:') && !there.has(gone.what))
      await deps.db.begin((tx) => hearDeletion(tx, { link, heard: gone, issueKey: issue.key, at }));
  if (queued) deps.wakeDeliveries();
}

function isBefore(link: LiveLink, created: string): boolean {
  return !link.made && Date.parse(created) < link.createdAt.getTime();
}

// What was written before the tie was not written to its contact; changed later, it is worth a note.
function judgeOld(comment: JiraComment, before: Heard | undefined): JudgedComment {
  const { text } = judgeComment(comment, 'none');
  return { as: before === undefined ? 'nothing' : 'note', text };
}

function newFiles(link: LiveLink, { issue, own }: Reading, heard: ReadonlyMap<string, unknown>): JiraFile[] {
  return (issue.fields.attachment ?? []).filter(
    ({ id, created }) => !own.has(`file:${id}`) && !heard.has(`file:${id}`) && !isBefore(link, created),
  );
}

/** Files that a comment names, of the same person and about the same time: Jira says no more of what belongs together. */
function takeFiles(files: JiraFile[], comment: JiraComment, text: string): JiraFile[] {
  let size = 0;
  const taken = files.filter(
    (file) =>
      text.includes(file.filename) &&
      file.author?.accountId === comment.author?.accountId &&
      Math.abs(Date.parse(file.created) - Date.parse(comment.created)) <= NEAR_MS &&
      (size += file.size) <= MAX_FILE_BYTES,
  );
  for (const file of taken) files.splice(files.indexOf(file), 1);
  return taken;
}

async function hearFile(deps: ReadDeps, link: LiveLink, reading: Reading, file: JiraFile): Promise<void> {
  const heard: HeardComment = {
    link,
    what: `file:${file.id}`,
    version: file.created,
    author: file.author?.displayName ?? 'Somebody',
    issueKey: reading.issue.key,
    judged: { as: 'nothing', text: '' },
    files: await download(reading.jira, [file]),
    before: undefined,
    at: deps.clock.now(),
  };
  await deps.db.begin((tx) => hearComment(tx, heard));
}

async function download(jira: JiraClient, files: readonly JiraFile[]): Promise<HeardComment['files']> {
  const given = [];
  for (const { id, filename, size, mimeType, created } of files) {
    if (size > MAX_FILE_BYTES) continue;
    const content = await readFile(jira, id, MAX_FILE_BYTES);
    given.push({
      name: filename,
      contentType: mimeType ?? 'application/octet-stream',
      content,
      what: `file:${id}`,
      version: created,
    });
  }
  return given;
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
