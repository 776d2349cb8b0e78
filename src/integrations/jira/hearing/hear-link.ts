import type { JiraClient } from '../client/jira-client.ts';
import { readText } from '../client/people.ts';
import type { JiraComment, JiraFile } from '../client/shapes.ts';
import { UNMAPPED } from '../mappings/mapping.ts';
import { findMappingRow } from '../mappings/queries.ts';
import type { LiveLink } from '../telling/issue-queries.ts';
import { hearComments, hearDeletion, type HeardComment } from './hear-comment.ts';
import { type JudgedComment, judgeComment, type SaidComment } from './judge-comment.ts';
import type { Heard } from './queries.ts';
import type { ReadDeps, IssueReading } from './issue-reading.ts';

/** The most an email can carry; larger files stay in Jira, and a note names them. */
const MAX_FILE_BYTES = 10_000_000;
const NEAR_MS = 10 * 60_000;
const NOBODY = 'Somebody';

/** Brings to a request what it has not heard of an issue yet. */
export async function hearLink(deps: ReadDeps, link: LiveLink, reading: IssueReading): Promise<void> {
  const { jira, comments, own } = reading;
  const mapping = (await findMappingRow(deps.db, link.mailboxId)) ?? UNMAPPED;
  const heard = new Map(
    reading.heard.filter(({ linkId }) => linkId === link.id).map((row) => [row.what, row]),
  );
  const files = mapping.attachments ? newFiles(link, reading, heard) : [];
  let waiting: HeardComment[] = [];
  let queued = false;
  const hearWaiting = async () => {
    const now = waiting;
    waiting = [];
    if (now.length > 0) queued = (await deps.db.begin((tx) => hearComments(tx, link, now))) || queued;
  };
  const base = { issueKey: reading.issue.key, at: deps.clock.now() };
  for (const comment of comments) {
    const what = `comment:${comment.id}`;
    const before = heard.get(what);
    if (own.has(what) || before?.version === comment.updated) continue;
    const isOld = isBefore(link, comment.created);
    const said = { comment, text: await readText(jira, comment.body) };
    const judged = isOld ? judgeOld(said, before) : judgeComment(said, mapping.hears);
    const along = isOld ? [] : takeFiles(files, { jira, comment, text: judged.text });
    const author = comment.author?.displayName ?? NOBODY;
    const given = await download(jira, along);
    waiting.push({ ...base, what, version: comment.updated, author, judged, before, files: given });
    // Those without files share a transaction; the files of one comment at most are held in memory.
    if (given.length > 0) await hearWaiting();
  }
  await hearWaiting();
  for (const file of files) {
    waiting.push({ ...base, ...(await aloneOf(jira, file)) });
    await hearWaiting();
  }
  const there = new Set(comments.map(({ id }) => `comment:${id}`));
  for (const gone of heard.values())
    if (gone.what.startsWith('comment:') && !there.has(gone.what))
      await deps.db.begin((tx) => hearDeletion(tx, { ...base, link, heard: gone }));
  if (queued) deps.wakeDeliveries();
}

function isBefore(link: LiveLink, created: string): boolean {
  return !link.made && Date.parse(created) < link.createdAt.getTime();
}

// What was written before the tie was not written to its contact; changed later, it is worth a note.
function judgeOld(said: SaidComment, before: Heard | undefined): JudgedComment {
  const { text } = judgeComment(said, 'none');
  return { as: before === undefined ? 'nothing' : 'note', text };
}

function newFiles(
  link: LiveLink,
  { issue, own }: IssueReading,
  heard: ReadonlyMap<string, unknown>,
): JiraFile[] {
  return (issue.fields.attachment ?? []).filter(
    ({ id, created }) => !own.has(`file:${id}`) && !heard.has(`file:${id}`) && !isBefore(link, created),
  );
}

/** Files that a comment names, of the same person and about the same time: Jira says no more of what belongs together. */
function takeFiles(
  files: JiraFile[],
  by: { readonly jira: JiraClient; readonly comment: JiraComment; readonly text: string },
): JiraFile[] {
  const { comment, text } = by;
  const { personId } = by.jira.dialect;
  const author = comment.author === null ? null : personId(comment.author);
  let size = 0;
  const taken = files.filter(
    (file) =>
      text.includes(file.filename) &&
      file.author !== null &&
      personId(file.author) === author &&
      Math.abs(Date.parse(file.created) - Date.parse(comment.created)) <= NEAR_MS &&
      (size += file.size) <= MAX_FILE_BYTES,
  );
  for (const file of taken) files.splice(files.indexOf(file), 1);
  return taken;
}

/** A file that no comment names. */
async function aloneOf(jira: JiraClient, file: JiraFile): Promise<Omit<HeardComment, 'issueKey' | 'at'>> {
  return {
    what: `file:${file.id}`,
    version: file.created,
    author: file.author?.displayName ?? NOBODY,
    judged: { as: 'nothing', text: '' },
    files: await download(jira, [file]),
    before: undefined,
    tooLarge: file.size > MAX_FILE_BYTES ? file.filename : undefined,
  };
}

async function download(jira: JiraClient, files: readonly JiraFile[]): Promise<HeardComment['files']> {
  const given = [];
  for (const file of files) {
    const { id, filename, size, mimeType, created } = file;
    if (size > MAX_FILE_BYTES) continue;
    const content = await jira.bytes(jira.dialect.filePath(file), MAX_FILE_BYTES);
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
