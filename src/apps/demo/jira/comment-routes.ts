import { type Context, Hono } from 'hono';
import type { SiteEnv, SiteHooks } from './issue-routes.ts';
import { commentOf, fileOf } from './render.ts';
import { NOT_FOUND, onlyBody, onlyQuery, pageOf, refusal } from './strict.ts';
import { type Account, type Comment, type Issue, MAX_FILE_BYTES, type World } from './world.ts';

/** Comments and files of issues. */
export function commentRoutes(world: World, hooks: SiteHooks): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>();
  const issueIn = (idOrKey: string): Issue => {
    const issue = world.find(idOrKey);
    if (issue === undefined) throw refusal(404, NOT_FOUND);
    return issue;
  };

  app.get('/issue/:key/comment', (c) => {
    const query = onlyQuery(c, ['startAt', 'maxResults', 'orderBy', 'expand']);
    const { comments } = issueIn(c.req.param('key'));
    const ordered = query.get('orderBy') === '-created' ? comments.toReversed() : comments;
    const { page, place } = pageOf(query, ordered);
    // Cloud names its properties only in the list by ids.
    const withProperties = world.deployment === 'data_center' && query.get('expand') === 'properties';
    return c.json({ comments: page.map((comment) => commentOf(comment, withProperties)), ...place });
  });
  app.post('/issue/:key/comment', async (c) => {
    const issue = issueIn(c.req.param('key'));
    const body = await onlyBody(c, ['body', 'visibility', 'properties']);
    const fault = hooks.adfFault(body['body']);
    if (fault !== null) throw refusal(400, '', { comment: `Comment body is not valid: ${fault}` });
    if (JSON.stringify(body['body']).length > 32_767)
      throw refusal(400, '', {
        comment: 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.',
      });
    const comment = addComment(world, issue, c.get('account'), {
      body: body['body'],
      properties: (body['properties'] ?? []) as { key: string; value: unknown }[],
      ...(body['visibility'] === undefined ? {} : { visibility: body['visibility'] }),
    });
    hooks.tell('comment_created', issue, { comment: { ...commentOf(comment), body: 'as a string' } });
    return c.json(commentOf(comment), 201);
  });
  app.post('/comment/list', async (c) => {
    onlyQuery(c, ['expand']);
    const ids = (await onlyBody(c, ['ids']))['ids'] as number[];
    const values = ids.flatMap((id) => {
      const written = world.comments.get(String(id));
      return written?.issue.comments.includes(written.comment) === true ? [written.comment] : [];
    });
    return c.json({
      values: values.map((comment) => commentOf(comment, true)),
      startAt: 0,
      maxResults: 1000,
      total: values.length,
    });
  });
  app.get('/attachment/meta', (c) => c.json({ enabled: true, uploadLimit: MAX_FILE_BYTES }));
  app.get('/attachment/content/:id', (c) => {
    const query = onlyQuery(c, ['redirect']);
    if (query.get('redirect') !== 'false') return c.redirect('https://media.example/file', 303);
    return sendFile(c, world, c.req.param('id'));
  });
  app.post('/issue/:key/attachments', async (c) => {
    if (c.req.header('x-atlassian-token') !== 'no-check') throw refusal(403, 'XSRF check failed');
    const issue = issueIn(c.req.param('key'));
    const form = await c.req.formData();
    const files = form.getAll('file').filter((each) => typeof each !== 'string');
    if (files.length === 0) throw refusal(400, 'fake: no part named file');
    const made = [];
    for (const file of files) {
      const content = new Uint8Array(await file.arrayBuffer());
      if (content.length > MAX_FILE_BYTES) throw refusal(413, 'The file is too large.');
      made.push(addFile(world, issue, c.get('account'), { name: file.name, type: file.type, content }));
    }
    hooks.tell('jira:issue_updated', issue);
    return c.json(made.map(fileOf), 200);
  });
  return app;
}

/** A file's bytes. */
export function sendFile(c: Context, world: World, fileId: string): Response {
  const file = world.issues.flatMap(({ files }) => files).find(({ id }) => id === fileId);
  if (file === undefined) throw refusal(404, `The attachment with id '${fileId}' does not exist`);
  return c.body(file.content, 200, { 'content-type': file.mimeType });
}

/** A comment as somebody writes it, by the interface or on the page. */
export function addComment(
  world: World,
  issue: Issue,
  author: Account,
  given: {
    readonly body: unknown;
    readonly properties?: readonly { readonly key: string; readonly value: unknown }[];
    readonly visibility?: unknown;
    readonly jsdPublic?: boolean;
  },
): Comment {
  const comment: Comment = {
    id: world.id(),
    author,
    body: given.body,
    created: world.now(),
    updated: world.now(),
    jsdPublic: given.jsdPublic ?? true,
    properties: new Map((given.properties ?? []).map(({ key, value }) => [key, value])),
    ...(given.visibility === undefined ? {} : { visibility: given.visibility }),
  };
  issue.comments.push(comment);
  world.comments.set(comment.id, { issue, comment });
  world.touch(issue);
  return comment;
}

export function addFile(
  world: World,
  issue: Issue,
  author: Account,
  given: { readonly name: string; readonly type: string; readonly content: Uint8Array<ArrayBuffer> },
) {
  const file = {
    id: world.id(),
    filename: given.name,
    mimeType: given.type === '' ? 'application/octet-stream' : given.type,
    content: given.content,
    created: world.now(),
    author,
  };
  issue.files.push(file);
  world.touch(issue);
  return file;
}
