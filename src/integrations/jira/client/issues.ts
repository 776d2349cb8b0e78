import { z } from 'zod';
import { type JiraClient, pages } from './jira-client.ts';
import * as shapes from './shapes.ts';

/** What marks an issue, comment or file as made from here. */
export const PROPERTY = 'mailroom';

const READ_FIELDS = 'summary,status,assignee,updated,created,project,attachment';
const BULK_SIZE = 100;
const nothing = z.unknown();
const key = encodeURIComponent;

/** An issue as it now is; `missing` also when the credential may not see it. */
export function readIssue(jira: JiraClient, idOrKey: string): Promise<shapes.JiraIssue> {
  const path = `/issue/${key(idOrKey)}?fields=${READ_FIELDS}&properties=${PROPERTY}`;
  return jira.call({ method: 'GET', path }, shapes.issue);
}

/** When each of these issues was last changed; those that are gone are left out. */
export async function readUpdates(
  jira: JiraClient,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly updated: string | null }[]> {
  const shape = z.object({ issues: z.array(shapes.issue) });
  const found: { id: string; updated: string | null }[] = [];
  for (let at = 0; at < ids.length; at += BULK_SIZE) {
    const body = { issueIdsOrKeys: ids.slice(at, at + BULK_SIZE), fields: ['updated'] };
    const { issues } = await jira.call({ method: 'POST', path: '/issue/bulkfetch', body }, shape);
    found.push(...issues.map(({ id, fields }) => ({ id, updated: fields.updated ?? null })));
  }
  return found;
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

export function readFile(jira: JiraClient, id: string, most: number): Promise<Uint8Array> {
  return jira.bytes(`/attachment/content/${key(id)}?redirect=false`, most);
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

export async function addWatcher(jira: JiraClient, id: string, accountId: string): Promise<void> {
  await jira.call({ method: 'POST', path: `/issue/${key(id)}/watchers`, body: accountId }, nothing);
}
