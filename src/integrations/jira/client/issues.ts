import { z } from 'zod';
import { jqlText } from './dialect.ts';
import { type JiraClient, pages, searchIssues } from './jira-client.ts';
import * as shapes from './shapes.ts';

/** What marks an issue, comment or file as made from here. */
export const PROPERTY = 'mailroom';

const READ_FIELDS = 'summary,status,assignee,updated,created,project,attachment';
const BULK_SIZE = 100;
const nothing = z.unknown();
const key = encodeURIComponent;

/** An issue as it now is; `missing` also when the credential may not see it. */
export function readIssue(
  jira: JiraClient,
  idOrKey: string,
  fields = READ_FIELDS,
): Promise<shapes.JiraIssue> {
  const path = `/issue/${key(idOrKey)}?fields=${fields}&properties=${PROPERTY}`;
  return jira.call({ method: 'GET', path }, shapes.issue);
}

/** When each of these issues was last changed; those that are gone are left out. */
export async function readUpdates(
  jira: JiraClient,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly updated: string | null }[]> {
  const found: { id: string; updated: string | null }[] = [];
  for (let at = 0; at < ids.length; at += BULK_SIZE) {
    const issues = await readSome(jira, ids.slice(at, at + BULK_SIZE));
    found.push(...issues.map(({ id, fields }) => ({ id, updated: fields.updated ?? null })));
  }
  return found;
}

async function readSome(jira: JiraClient, ids: readonly string[]): Promise<shapes.JiraIssue[]> {
  if (!jira.dialect.bulkReads)
    return searchIssues(jira, { jql: `id in (${ids.map(jqlText).join(', ')})`, fields: ['updated'] });
  const body = { issueIdsOrKeys: ids, fields: ['updated'] };
  const shape = z.object({ issues: z.array(shapes.issue) });
  return (await jira.call({ method: 'POST', path: '/issue/bulkfetch', body }, shape)).issues;
}

export function createIssue(
  jira: JiraClient,
  issue: { readonly fields: Readonly<Record<string, unknown>>; readonly property: unknown },
): Promise<{ readonly id: string; readonly key: string }> {
  const body = { fields: issue.fields, properties: [{ key: PROPERTY, value: issue.property }] };
  return jira.call({ method: 'POST', path: '/issue', body }, shapes.issue.pick({ id: true, key: true }));
}

export async function setIssueProperty(jira: JiraClient, id: string, value: unknown): Promise<void> {
  await jira.call({ method: 'PUT', path: `/issue/${key(id)}/properties/${PROPERTY}`, body: value }, nothing);
}

/** An issue with its comments, the oldest first: one call for all but the longest talks. */
export async function readTalk(
  jira: JiraClient,
  id: string,
): Promise<{ readonly issue: shapes.JiraIssue; readonly comments: readonly shapes.JiraComment[] }> {
  const issue = await readIssue(jira, id, `${READ_FIELDS},comment`);
  const along = issue.fields.comment;
  const isWhole =
    along !== null && along.comments.length >= along.total && jira.dialect.commentProperties === 'list';
  if (!isWhole) return { issue, comments: await listComments(jira, id) };
  return {
    issue,
    comments: along.comments.toSorted((a, b) => Date.parse(a.created) - Date.parse(b.created)),
  };
}

/** An issue's comments with their properties, oldest first. */
export async function listComments(jira: JiraClient, id: string): Promise<shapes.JiraComment[]> {
  const expand = jira.dialect.commentProperties === 'expand' ? '&expand=properties' : '';
  return pages(jira, `/issue/${key(id)}/comment?orderBy=created${expand}`, 'comments', shapes.comment);
}

/** Which of these comments bear our property, with its value. */
export async function readCommentProperties(
  jira: JiraClient,
  comments: readonly shapes.JiraComment[],
): Promise<ReadonlyMap<string, unknown>> {
  const shape = z.object({ values: z.array(shapes.comment) });
  const full =
    jira.dialect.commentProperties === 'expand' || comments.length === 0
      ? comments
      : (
          await jira.call(
            {
              method: 'POST',
              path: '/comment/list?expand=properties',
              body: { ids: comments.slice(-1000).map(({ id }) => Number(id)) },
            },
            shape,
          )
        ).values;
  return new Map(
    full.flatMap(({ id, properties = [] }) =>
      properties.filter((each) => each.key === PROPERTY).map(({ value }) => [id, value] as const),
    ),
  );
}

export function addComment(
  jira: JiraClient,
  id: string,
  comment: { readonly body: unknown; readonly property: unknown },
): Promise<{ readonly id: string }> {
  const body = { body: comment.body, properties: [{ key: PROPERTY, value: comment.property }] };
  return jira.call(
    { method: 'POST', path: `/issue/${key(id)}/comment`, body },
    shapes.comment.pick({ id: true }),
  );
}

export async function listTransitions(jira: JiraClient, id: string): Promise<shapes.JiraTransition[]> {
  const shape = z.object({ transitions: z.array(shapes.transition) });
  return (await jira.call({ method: 'GET', path: `/issue/${key(id)}/transitions` }, shape)).transitions;
}

export async function moveIssue(jira: JiraClient, id: string, transitionId: string): Promise<void> {
  const body = { transition: { id: transitionId } };
  await jira.call({ method: 'POST', path: `/issue/${key(id)}/transitions`, body }, nothing);
}

/** How many bytes a file may have; 0 when the site takes none. */
export async function readFileLimit(jira: JiraClient): Promise<number> {
  const shape = z.object({ enabled: z.boolean(), uploadLimit: z.number().optional() });
  const { enabled, uploadLimit } = await jira.call({ method: 'GET', path: '/attachment/meta' }, shape);
  return enabled ? (uploadLimit ?? Number.MAX_SAFE_INTEGER) : 0;
}

export async function addFile(
  jira: JiraClient,
  id: string,
  file: { readonly name: string; readonly contentType: string; readonly content: Uint8Array<ArrayBuffer> },
): Promise<shapes.JiraFile | undefined> {
  const body = new FormData();
  body.append('file', new Blob([file.content], { type: file.contentType }), file.name);
  const path = `/issue/${key(id)}/attachments`;
  return (await jira.call({ method: 'POST', path, body }, z.array(shapes.file)))[0];
}

/** Leads from the issue back to the request; the same one is written over. */
export async function setRemoteLink(
  jira: JiraClient,
  id: string,
  link: { readonly globalId: string; readonly url: string; readonly title: string },
): Promise<void> {
  const body = { globalId: link.globalId, object: { url: link.url, title: link.title } };
  await jira.call({ method: 'POST', path: `/issue/${key(id)}/remotelink`, body }, nothing);
}

/** Has somebody told of an issue; `watcher` is an account id, or Data Center's name of a user. */
export async function addWatcher(jira: JiraClient, id: string, watcher: string): Promise<void> {
  await jira.call({ method: 'POST', path: `/issue/${key(id)}/watchers`, body: watcher }, nothing);
}
