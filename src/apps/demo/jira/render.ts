import { type Comment, type Issue, type IssueFile, STATUSES, TYPES, type World } from './world.ts';

/** What an issue brings along of its comments; the others are asked for by themselves. */
const COMMENTS_ALONG = 50;

export function commentOf(comment: Comment, withProperties = false) {
  return {
    id: comment.id,
    author: comment.author.shown,
    updateAuthor: comment.author.shown,
    body: comment.body,
    created: comment.created,
    updated: comment.updated,
    jsdPublic: comment.jsdPublic,
    ...(comment.visibility === undefined ? {} : { visibility: comment.visibility }),
    ...(withProperties
      ? { properties: [...comment.properties].map(([key, value]) => ({ key, value })) }
      : {}),
  };
}

export function fileOf(file: IssueFile) {
  return {
    id: file.id,
    filename: file.filename,
    size: file.content.length,
    mimeType: file.mimeType,
    created: file.created,
    author: file.author.shown,
  };
}

function statusOf(issue: Issue) {
  return { id: '1', name: issue.status, statusCategory: { id: 2, key: STATUSES[issue.status] } };
}

export function issueOf(
  world: World,
  issue: Issue,
  names: readonly string[],
  properties: readonly string[] = [],
) {
  const project = world.projects.find(({ key }) => key === issue.project);
  const all: Record<string, unknown> = {
    ...issue.fields,
    status: statusOf(issue),
    updated: issue.updated,
    created: issue.created,
    project: { id: project?.id, key: issue.project, name: project?.name },
    issuetype: TYPES.find(({ id }) => id === issue.typeId),
    attachment: issue.files.map(fileOf),
    comment: {
      comments: issue.comments.slice(0, COMMENTS_ALONG).map((comment) => commentOf(comment)),
      startAt: 0,
      maxResults: COMMENTS_ALONG,
      total: issue.comments.length,
    },
    assignee: issue.fields['assignee'] ?? null,
  };
  const picked = names.includes('*all') ? all : Object.fromEntries(names.map((name) => [name, all[name]]));
  return {
    id: issue.id,
    key: issue.key,
    self: `/rest/api/3/issue/${issue.id}`,
    fields: picked,
    ...(properties.length === 0
      ? {}
      : {
          properties: Object.fromEntries(
            properties.flatMap((name) =>
              issue.properties.has(name) ? [[name, issue.properties.get(name)]] : [],
            ),
          ),
        }),
  };
}
