import { ensureClean } from '../../../platform/scanning/scan-file.ts';
import { Problem } from '../../../platform/problems.ts';
import { readWhole } from '../../../platform/bucket/read-stored.ts';
import {
  addComment,
  addFile,
  addWatcher,
  listComments,
  listTransitions,
  moveIssue,
  readCommentProperties,
  readFileLimit,
  readIssue,
  setRemoteLink,
} from '../client/issues.ts';
import type { JiraClient } from '../client/jira-client.ts';
import { JiraFault } from '../client/jira-fault.ts';
import { findMentions, findPerson } from '../client/people.ts';
import { type OpenDeps, withJira } from '../connections/open-jira.ts';
import { findOwnConnection } from '../connections/queries.ts';
import { UNMAPPED } from '../mappings/mapping.ts';
import { findMappingRow } from '../mappings/queries.ts';
import {
  type ChangeRow,
  findToldFile,
  findToldMessage,
  listOwn,
  type ToldFile,
  type ToldMessage,
} from './change-queries.ts';
import { findIssue, makeIssue, propertyOf } from './make-issue.ts';
import type { Telling } from './telling.ts';

/** Larger ones stay at the desk, whatever Jira would take: one is held in memory while it is sent. */
const MAX_FILE_BYTES = 25_000_000;

/** Makes a change in Jira and returns the id that it has there; throws a `JiraFault` when it was not, or may not have been, made. */
export async function makeChange(deps: OpenDeps, change: ChangeRow, to: Telling): Promise<string | null> {
  switch (change.kind) {
    case 'issue':
      return makeIssue(deps, to);
    case 'comment':
      return comment(deps, change, to);
    case 'file':
      return file(deps, change, to);
    case 'transition':
      return transition(change, to);
    case 'watcher':
      return watch(to, change.target ?? '');
    case 'remote_link':
      await setRemoteLink(to.jira, to.jiraId, {
        globalId: `mailroom:${to.connection.instance}:${change.requestId}`,
        url: `${deps.publicUrl}/requests/${change.requestId}`,
        title: `Mailroom request ${change.requestId}`,
      });
      return null;
  }
}

/** Looks whether a change whose answer was lost is there; null when it is not (yet). */
export async function findChange(
  deps: OpenDeps,
  change: ChangeRow,
  to: Telling,
): Promise<{ readonly jiraId: string | null } | null> {
  if (change.kind === 'issue') return findIssue(deps, to);
  if (change.kind === 'comment') {
    const comments = await listComments(to.jira, to.jiraId);
    const own = await listOwn(deps.db, to.issue.id);
    const unknown = comments.filter(({ id }) => !own.has(`comment:${id}`));
    const properties = await readCommentProperties(to.jira, unknown);
    const wanted = JSON.stringify(propertyOf(to.connection, to.issue.id, change.id));
    const found = [...properties].find(([, value]) => JSON.stringify(inOrder(value)) === wanted);
    return found === undefined ? null : { jiraId: found[0] };
  }
  if (change.kind === 'file') {
    const told = await findToldFile(deps.db, change.attachmentId ?? 0);
    const own = await listOwn(deps.db, to.issue.id);
    const { fields } = await readIssue(to.jira, to.jiraId);
    const found = fields.attachment?.find(
      ({ id, filename, size, author }) =>
        !own.has(`file:${id}`) &&
        filename === told?.name &&
        size === told.size &&
        author !== null &&
        to.jira.dialect.personId(author) === to.connection.accountId,
    );
    return found === undefined ? null : { jiraId: found.id };
  }
  // The others may be made twice without harm, and read what is there before they do anything.
  return null;
}

// Somebody whom Jira does not know by their address watches nothing: most people who get copies have no account.
async function watch({ jira, jiraId }: Telling, target: string): Promise<null> {
  const watcher = target.includes('@') ? await findPerson(jira, target) : target;
  if (watcher !== null) await addWatcher(jira, jiraId, watcher);
  return null;
}

async function comment(deps: OpenDeps, change: ChangeRow, to: Telling): Promise<string | null> {
  const message = await findToldMessage(deps.db, change.messageId ?? 0);
  if (message === null) return null;
  const property = propertyOf(to.connection, to.issue.id, change.id);
  const readAt = `${deps.publicUrl}/requests/${change.requestId}#m${message.id}`;
  // A contact calls for nobody: anyone could write to a developer's inbox.
  const isOurs = message.kind === 'outbound' && message.authorOperatorId !== null;
  const mentions = isOurs ? await findMentions(to.jira, message.text) : [];
  const own =
    message.authorOperatorId === null
      ? null
      : await findOwnConnection(deps.db, to.connection.siteUrl, message.authorOperatorId);
  if (own !== null) {
    try {
      const body = to.jira.dialect.body(textOf(message, null), { readAt, mentions });
      const add = (jira: JiraClient) => addComment(jira, to.jiraId, { body, property });
      return (await withJira(deps, own, add)).id;
    } catch (error) {
      // Certainly not written: for an operator who may not comment there, or must connect again, the desk writes it.
      if (!(error instanceof JiraFault) || error.kind === 'unclear' || error.kind === 'limited') throw error;
    }
  }
  const mapping = (await findMappingRow(deps.db, message.mailboxId)) ?? UNMAPPED;
  const body = to.jira.dialect.body(textOf(message, headOf(message, mapping.namesContact)), {
    readAt,
    mentions,
  });
  return (await addComment(to.jira, to.jiraId, { body, property })).id;
}

function textOf(message: ToldMessage, head: string | null): string {
  const files = message.files.length === 0 ? [] : [`Attached: ${message.files.join(', ')}`];
  return [...(head === null ? [] : [head]), message.text.trim() || '(no text)', ...files].join('\n\n');
}

function headOf(message: ToldMessage, namesContact: boolean): string {
  if (message.kind === 'outbound') return `${message.authorName ?? 'The desk'} answered:`;
  const { name = '', address = '' } = message.fromAddress ?? {};
  if (!namesContact || address === '') return 'The contact wrote:';
  return `${name === '' ? address : `${name} <${address}>`} wrote:`;
}

async function file(deps: OpenDeps, change: ChangeRow, to: Telling): Promise<string | null> {
  const told = await findToldFile(deps.db, change.attachmentId ?? 0);
  if (told === null) return null;
  const limit = Math.min(await readFileLimit(to.jira), MAX_FILE_BYTES);
  if (told.size > limit)
    throw new JiraFault('refused', `${told.name} has ${told.size} bytes; Jira takes ${limit} at most.`);
  const content = await contentOf(deps, change.attachmentId ?? 0, told);
  return (await addFile(to.jira, to.jiraId, { ...told, content: new Uint8Array(content) }))?.id ?? null;
}

// What the virus scanner holds goes nowhere; what waits for it, or lies in a bucket that is away, goes later.
async function contentOf(deps: OpenDeps, id: number, told: ToldFile): Promise<Uint8Array> {
  const kept = { what: 'attachment', id, size: told.size } as const;
  try {
    await ensureClean(deps, { ...kept, scan: told.scan, scanReason: told.scanReason });
    return await readWhole(deps, kept);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const later = error.extras.retryAfterSeconds !== undefined;
    throw new JiraFault(later ? 'unreachable' : 'refused', error.message);
  }
}

/** By what it leads to: the ids of transitions depend on where an issue is now. */
async function transition({ target }: ChangeRow, to: Telling): Promise<null> {
  const fits = (status: { name: string; statusCategory?: { key: string } | undefined } | null | undefined) =>
    status?.name === target || status?.statusCategory?.key === target;
  const { fields } = await readIssue(to.jira, to.jiraId);
  if (fits(fields.status)) return null;
  const found = (await listTransitions(to.jira, to.jiraId)).find((each) => fits(each.to));
  if (found === undefined)
    throw new JiraFault('refused', `From “${fields.status?.name ?? ''}” nothing leads to “${target ?? ''}”.`);
  await moveIssue(to.jira, to.jiraId, found.id);
  return null;
}

// Jira keeps JSON as it likes.
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { instance, issueId, changeId } = value as Record<string, unknown>;
  return { instance, issueId, ...(changeId === undefined ? {} : { changeId }) };
}
