import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { addComment } from './comment-routes.ts';
import type { Hooks } from './hooks.ts';
import type { SiteEnv } from './issue-routes.ts';
import { commentOf } from './render.ts';
import { refusal } from './strict.ts';
import { type Issue, STATUSES, type StatusName, type World } from './world.ts';

/** A small page on which one is a developer: reads issues, comments, moves them. */
export function personRoutes(world: World, hooks: Hooks): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>();
  const issueIn = (key: string): Issue => {
    const issue = world.find(key);
    if (issue === undefined) throw refusal(404, 'There is no such issue.');
    return issue;
  };
  const page = (title: string, content: unknown) =>
    html`<!doctype html>
      <html lang="en">
        <meta charset="utf-8" /><meta name="viewport" content="width=device-width" />
        <title>${title}</title
        ><style>
          body {
            font: 16px system-ui;
            max-width: 50rem;
            margin: 2rem auto;
            padding: 0 1rem;
          }
          pre {
            white-space: pre-wrap;
          }
          article {
            border-top: 1px solid #ccc;
          }
        </style>
        <h1>${title}</h1>
        ${content}
      </html>`;

  app.get('/', (c) => c.redirect('/browse'));
  app.get('/browse', (c) =>
    c.html(
      page(
        'Simulated Jira',
        html`<ul>
          ${world.issues.map((issue) => html`<li><a href="/browse/${issue.key}">${issue.key} ${String(issue.fields['summary'])}</a> ${issue.status}</li>`)}
        </ul>`,
      ),
    ),
  );
  app.get('/browse/:key', (c) => {
    const issue = issueIn(c.req.param('key'));
    return c.html(
      page(
        `${issue.key} ${String(issue.fields['summary'])}`,
        html`<p>Status: <b>${issue.status}</b></p>
          <pre>${plain(issue.fields['description'])}</pre>
          <ul>
            ${issue.files.map(({ filename }) => html`<li>${filename}</li>`)}
          </ul>
          ${issue.comments.map(
            (comment) =>
              html`<article>
                <b>${comment.author.displayName}</b>
                <pre>${plain(comment.body)}</pre>
              </article>`,
          )}
          <form method="post" action="/browse/${issue.key}/comment">
            <label>Comment <textarea name="text" rows="4" cols="60" required></textarea></label>
            <p>A first line of <code>#reply</code> has it sent to the customer.</p>
            <button>Comment as Dana</button>
          </form>
          <form method="post" action="/browse/${issue.key}/status">
            ${Object.keys(STATUSES).map((name) => html`<button name="status" value="${name}">${name}</button> `)}
          </form>`,
      ),
    );
  });
  app.post('/browse/:key/comment', async (c) => {
    const issue = issueIn(c.req.param('key'));
    const text = await textOf(c, 'text');
    const lines = text.replace(/\r/g, '').split('\n');
    const document = {
      version: 1,
      type: 'doc',
      content: lines.map((line) => ({
        type: 'paragraph',
        content: line === '' ? [] : [{ type: 'text', text: line }],
      })),
    };
    const body = world.deployment === 'cloud' ? document : lines.join('\n');
    const dana =
      world.accounts.find(({ displayName }) => displayName === 'Dana Dev') ?? world.addAccount('Dana Dev');
    const comment = addComment(world, issue, dana, { body });
    hooks.tell('comment_created', issue, { comment: { ...commentOf(comment), body: text } });
    return c.redirect(`/browse/${issue.key}`, 303);
  });
  app.post('/browse/:key/status', async (c) => {
    const issue = issueIn(c.req.param('key'));
    const status = await textOf(c, 'status');
    if (!(status in STATUSES)) throw refusal(400, 'There is no such status.');
    issue.status = status as StatusName;
    world.touch(issue);
    hooks.tell('jira:issue_updated', issue);
    return c.redirect(`/browse/${issue.key}`, 303);
  });
  return app;
}

async function textOf(c: Context<SiteEnv>, name: string): Promise<string> {
  const value = (await c.req.formData()).get(name);
  return typeof value === 'string' ? value : '';
}

// Each text on a line of its own: the page shows what arrived, not how it would look.
function plain(node: unknown): string {
  if (typeof node !== 'object' || node === null) return typeof node === 'string' ? node : '';
  const { text, content, type } = node as { text?: string; content?: unknown[]; type?: string };
  return `${text ?? ''}${(content ?? []).map(plain).join('')}${type === 'paragraph' || type === 'hardBreak' ? '\n' : ''}`;
}
