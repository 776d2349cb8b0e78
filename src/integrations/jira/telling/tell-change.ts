import { readStoredBytes } from '../../../platform/db/stored-bytes.ts';
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
import type { ConnectionRow } from '../connections/connection.ts';
import { type OpenDeps, withJira } from '../connections/open-jira.ts';
import { findOwnConnection } from '../connections/queries.ts';
import { UNMAPPED } from '../mappings/mapping.ts';
import { findMappingRow } from '../mappings/queries.ts';
import {
  type ChangeRow,
  findToldFile,
  findToldMessage,
  listOwnIds,
  type ToldMessage,
} from './change-queries.ts';
import { propertyOf } from './make-issue.ts';

/** Larger ones stay at the desk, whatever Jira would take: one is held in memory while it is sent. */
const MAX_FILE_BYTES = 25_000_000;

export type Telling = {
  readonly jira: JiraClient;
  readonly connection: ConnectionRow;
  readonly issueId: number;
  readonly jiraId: string;
};

/** Makes a change in Jira and returns the id that it has there; throws a `JiraFault` when it was not, or may not have been, made. */
export async function makeChange(deps: OpenDeps, change: ChangeRow, to: Telling): Promise<string | null> {
  switch (change.kind) {
    case 'comment':
      return comment(deps, change, to);
    case 'file':
      return file(deps, change, to);
    case 'transition':
      return transition(change, to);
    case 'watcher':
      await addWatcher(to.jira, to.jiraId, change.target ?? '');
      return null;
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
  if (change.kind === 'comment') {
    const comments = await listComments(to.jira, to.jiraId);
    const properties = await readCommentProperties(to.jira, comments);
    const wanted = JSON.stringify(propertyOf(to.connection, to.issueId, change.id));
    const found = [...properties].find(([, value]) => JSON.stringify(inOrder(value)) === wanted);
    return found === undefined ? null : { jiraId: found[0] };
  }
  if (change.kind === 'file') {
    const told = await findToldFile(deps.db, change.attachmentId ?? 0);
    const own = await listOwnIds(deps.db, to.issueId, 'file');
    const { fields } = await readIssue(to.jira, to.jiraId);
    const found = fields.attachment?.find(
      ({ id, filename, size, author }) =>
        !own.has(id) &&
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

async function comment(deps: OpenDeps, change: ChangeRow, to: Telling): Promise<string | null> {
  const message = await findToldMessage(deps.db, change.messageId ?? 0);
  if (message === null) return null;
  const property = propertyOf(to.connection, to.issueId, change.id);
  const readAt = `${deps.publicUrl}/requests/${change.requestId}#m${message.id}`;
  const own =
    message.authorOperatorId === null
      ? null
      : await findOwnConnection(deps.db, to.connection.siteUrl, message.authorOperatorId);
  if (own !== null) {
    try {
      const body = to.jira.dialect.body(textOf(message, null), readAt);
      const add = (jira: JiraClient) => addComment(jira, to.jiraId, { body, property });
      return (await withJira(deps, own, add)).id;
    } catch (error) {
      // Certainly not written: for an operator who may not comment there, or must connect again, the desk writes it.
      if (!(error instanceof JiraFault) || error.kind === 'unclear' || error.kind === 'limited') throw error;
    }
  }
  const mapping = (await findMappingRow(deps.db, message.mailboxId)) ?? UNMAPPED;
  const body = to.jira.dialect.body(textOf(message, headOf(message, mapping.namesContact)), readAt);
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
  const content = await readStoredBytes(deps.db, 'attachment', change.attachmentId ?? 0, 0, told.size);
  return (await addFile(to.jira, to.jiraId, { ...told, content: new Uint8Array(content) }))?.id ?? null;
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
