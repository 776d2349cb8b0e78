import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ReceiveDeps } from '../../../intake/filing/receive-batch.ts';
import { confirmForm, findPost } from '../../../intake/form/confirm-form.ts';
import { ensureMayPost, findForm, postForm } from '../../../intake/form/post-form.ts';
import type { IntakeMailbox } from '../../../mailboxes/mailbox.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes, type AppEnv } from '../../../people/access/app-env.ts';
import { requireOwnPage, sessionCookie } from '../../../people/callers/session-cookie.ts';
import { callerAddress, type TrustedProxies } from '../../../platform/http/caller-address.ts';
import { largeBodies } from '../../../platform/http/unproven/large-bodies.ts';
import type { ReceiveUnproven } from '../../../platform/http/unproven/unproven-bodies.ts';
import { UPLOAD_BYTES } from '../../../platform/http/upload.ts';
import { Problem } from '../../../platform/problems.ts';
import type { AskedField } from '../../../requests/fields/field.ts';
import { listShownFields } from '../../../requests/fields/find-field.ts';
import { loadAssets } from '../assets/assets.ts';
import { textWithLinks } from '../conversation/text.ts';
import { valuesOf } from '../fields/values-in-form.ts';
import { textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { givenFiles } from '../parts/given-files.ts';
import { when } from '../parts/html.ts';
import { orDrawn } from '../shell/refused.ts';
import { askWords } from './ask-words.ts';
import { type RequesterPage, type Speaker, speakerOf } from './frame.ts';
import { alertLine, type Refused, requestFields } from './message-form.ts';

export type AskDeps = ReceiveDeps &
  Pick<OutboxDeps, 'publicUrl'> & {
    readonly receiveUnproven: ReceiveUnproven;
    readonly trustedProxies?: TrustedProxies | undefined;
  };

const PATH = '/ask/:mailbox{[^/]+@[^/]+}';
/** No person sees this field; a program that fills in every one fills it in. */
const TRAP = 'website';

/** The form that a mailbox offers visitors. There is no cookie before their address is confirmed, and no script at all. */
export function askRoutes(deps: AskDeps): ApiRoutes {
  const routes = apiRoutes();
  const assets = loadAssets();
  const cookie = sessionCookie(deps.publicUrl, 'requester');
  const withBody = bodyReader(deps.receiveUnproven);
  const speaker = (c: Context<AppEnv>): Speaker => speakerOf(c, { assets, who: null });
  const formOf = async (c: Context<AppEnv>): Promise<IntakeMailbox | null> => {
    try {
      return await findForm(deps, c.req.param('mailbox') ?? '');
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') return null;
      throw error;
    }
  };
  const missing = ({ words, show }: Speaker) =>
    show({ title: words.missing, content: html`<p>${words.missingHelp}</p>` }, 404);
  const stale = ({ say, show }: Speaker) => {
    const words = say(askWords);
    return show({ title: words.stale, content: html`<p>${words.staleHelp}</p>` }, 404);
  };

  routes.get(PATH, async (c) => {
    const visitor = speaker(c);
    const mailbox = await formOf(c);
    if (mailbox === null) return missing(visitor);
    const fields = await listShownFields(deps, mailbox.id);
    const page = await visitor.show(formPage(visitor, mailbox, { fields, refused: null }));
    // Nobody's yet: a browser that may keep it has what was typed when one goes back from a refusal that read nothing.
    page.headers.set('cache-control', 'no-cache');
    return page;
  });
  routes.post(PATH, async (c) => {
    requireOwnPage(c, deps);
    const visitor = speaker(c);
    const from = callerAddress(c, deps.trustedProxies);
    // First of all: what a network sends that may not post costs one look, and its form is not drawn again.
    const refusal = await ensureMayPost(deps, from).then(() => null, refusalIn);
    if (refusal !== null) return visitor.show(refusedPage(visitor, refusal), refusal);
    const mailbox = await formOf(c);
    if (mailbox === null) return missing(visitor);
    const fields = await listShownFields(deps, mailbox.id);
    let typed: Form | null = null;
    const post = async () =>
      withBody(c, async () => {
        const form = (typed = await readForm(c));
        const { language } = visitor;
        if (form.text(TRAP) === '')
          await postForm(deps, {
            ...(await writtenIn(form, fields)),
            mailbox: mailbox.address,
            language,
            from,
          });
        return visitor.show(sentPage(visitor, mailbox, form.text('email')));
      });
    return orDrawn(post, (problem) =>
      visitor.show(
        typed === null
          ? refusedPage(visitor, problem)
          : formPage(visitor, mailbox, { fields, refused: { problem, typed } }),
        problem,
      ),
    );
  });
  routes.get('/ask/confirm', async (c) => {
    const visitor = speaker(c);
    const token = c.req.query('token') ?? '';
    const post = await findPost(deps, token);
    return post === null ? stale(visitor) : visitor.show(confirmPage(visitor, token, post));
  });
  routes.post('/ask/confirm', async (c) => {
    requireOwnPage(c, deps);
    const visitor = speaker(c);
    const form = await c.req.parseBody();
    const done = typeof form['token'] === 'string' ? await confirmForm(deps, form['token']) : null;
    if (done === null) return stale(visitor);
    cookie.write(c, done.opened.session, done.opened.expiresAt);
    if (done.requestId !== null) return c.redirect(`/my/${done.requestId}`, 303);
    const { ask, held } = visitor.words;
    return visitor.show({ title: ask, content: html`<p role="status">${held}</p>` });
  });
  return routes;
}

/** Reads a stranger's body: it goes to disk as it comes, and those with large files are opened one after the other. */
function bodyReader(receiveUnproven: ReceiveUnproven) {
  const large = largeBodies();
  return async (c: Context<AppEnv>, use: () => Promise<Response>): Promise<Response> => {
    const body = await receiveUnproven(c, { maxBytes: UPLOAD_BYTES });
    try {
      return await large(body.size(), async () => {
        const { url, method, headers } = c.req.raw;
        c.req.raw = new Request(url, { method, headers, body: await body.bytes() });
        return use();
      });
    } finally {
      await body.discard();
    }
  };
}

async function writtenIn(form: Form, asked: readonly AskedField[]) {
  const { text } = form;
  const said = { email: text('email'), name: text('name'), subject: text('subject'), text: text('text') };
  return { ...said, fields: valuesOf(form, asked), files: await givenFiles(form) };
}

function formPage(
  visitor: Speaker,
  mailbox: IntakeMailbox,
  { fields, refused }: { readonly fields: readonly AskedField[]; readonly refused: Refused | null },
): RequesterPage {
  const { words, say } = visitor;
  const ask = say(askWords);
  const typed = (name: string): string => refused?.typed?.text(name) ?? '';
  const content = html`${alertLine(visitor, refused)}
    <p class="quiet">${ask.intro}</p>
    <form method="post" enctype="multipart/form-data" class="stack">
      <div class="pair">
        ${textField({ label: words.name, name: 'name', value: typed('name') })}
        ${textField({ label: words.address, name: 'email', type: 'email', value: typed('email'), required: true })}
      </div>
      ${requestFields(visitor, fields, refused)}
      <label class="trap" aria-hidden="true"
        >${ask.trap}<input type="text" name="${TRAP}" tabindex="-1" autocomplete="off"
      /></label>
      <button class="primary">${words.send}</button>
    </form>`;
  return { title: ask.title(mailbox.name), desk: mailbox.name, content };
}

function refusalIn(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

function refusedPage(visitor: Speaker, problem: Problem): RequesterPage {
  const content = html`${alertLine(visitor, { problem, typed: null })}
    <p>${visitor.say(askWords).goBack}</p>`;
  return { title: visitor.words.failed, content };
}

function sentPage({ say }: Speaker, mailbox: IntakeMailbox, email: string): RequesterPage {
  const ask = say(askWords);
  const content = html`<p role="status" dir="auto">${ask.sentTo(email.trim())}</p>
    <p class="quiet">${ask.sentHelp}</p>`;
  return { title: ask.sent, desk: mailbox.name, content };
}

function confirmPage(
  { say }: Speaker,
  token: string,
  post: { readonly mailboxName: string; readonly subject: string; readonly excerpt: string },
): RequesterPage {
  const ask = say(askWords);
  const content = html`<article class="message inbound">
      <header><b class="author" dir="auto">${post.subject}</b></header>
      ${when(post.excerpt, (text) => html`<div class="text" dir="auto">${textWithLinks(text)}</div>`)}
    </article>
    <form method="post" action="/ask/confirm" class="stack">
      <input type="hidden" name="token" value="${token}" />
      <button class="primary">${ask.deliver}</button>
    </form>
    <p class="quiet">${ask.notMine}</p>`;
  return { title: ask.confirm, desk: post.mailboxName, content };
}
