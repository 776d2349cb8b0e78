import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../../platform/clock.ts';
import { attachmentDisposition } from '../../platform/http/download.ts';
import type { Log } from '../../platform/log.ts';
import { Problem } from '../../platform/problems.ts';
import type { ContactSide } from './contact-side.ts';
import type { DemoMail } from './demo-mail.ts';
import type { DeskSide } from './desk-side.ts';
import type { GmailSide } from './gmail-side.ts';
import { readLetter } from './page/letter-form.ts';
import { demoState, liveParts } from './live.ts';
import type { otherProgram } from './desk/other-program.ts';
import { demoPage, type PageFacts } from './page/page.ts';
import type { EmailOutcome } from './queries.ts';

export type DemoParts = {
  readonly contacts: ContactSide;
  readonly desk: DeskSide;
  readonly gmail: Pick<GmailSide, 'mails' | 'lines'>;
  /** A link that signs the operator in to the console, a new one each time. */
  readonly signInLink: () => Promise<string>;
  readonly requesterLink: () => Promise<string>;
  /** What the desk did with the emails that the relay handed over. */
  readonly outcomes: () => Promise<readonly EmailOutcome[]>;
  readonly program: Pick<ReturnType<typeof otherProgram>, 'take' | 'page'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly page: PageFacts;
  /** The page's own port: what is asked for under another name is refused. */
  readonly port: number;
};

const MAX_LETTER_BYTES = 30_000_000;
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; " +
  "base-uri 'none'; frame-ancestors 'none'";
const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
const FILES = {
  '/page.js': 'text/javascript',
  '/page.css': 'text/css',
  '/page-forms.css': 'text/css',
  '/page-parts.css': 'text/css',
} as const;

/**
 * The demo's page and what it calls: `/state` and `/live` tell how things stand, `POST /mails` writes as a contact, and
 * `/console` leads to the console, signed in as the operator; `/heard` is another program, which a webhook tells of everything.
 */
export function buildDemoApp(parts: DemoParts): Hono {
  const app = new Hono();
  app.onError((error, c) => answerFault(error, c, parts.log));
  app.notFound((c) => c.text('There is nothing at this path.', 404));
  app.use(ownPageOnly(parts.port), strictHeaders());

  app.get('/', (c) => c.html(demoPage(parts.page), 200, { 'content-security-policy': PAGE_POLICY }));
  for (const [path, type] of Object.entries(FILES)) {
    app.get(path, async (c) => {
      const content = await readFile(fileURLToPath(new URL(`./page${path}`, import.meta.url)), 'utf8');
      return c.body(content, 200, { 'content-type': `${type}; charset=utf-8` });
    });
  }
  app.get('/state', async (c) => c.json(await demoState(parts, lookFrom(c))));
  app.get('/live', async (c) => c.json(await liveParts(parts, lookFrom(c).person)));
  app.post('/mails', bodyLimit({ maxSize: MAX_LETTER_BYTES, onError: refuseLarge }), async (c) => {
    const { id } = await parts.contacts.write(await readLetter(await formOf(c)));
    return c.json({ id }, 201);
  });
  app.get('/mails/:id/raw', (c) => {
    const { raw } = mailOf(parts, c);
    return c.body(new Uint8Array(raw), 200, { 'content-type': 'text/plain; charset=utf-8' });
  });
  app.get('/mails/:id/html', (c) => {
    const { mail } = mailOf(parts, c);
    if (mail.html === null) return c.notFound();
    return c.html(mail.html, 200, { 'content-security-policy': MAIL_POLICY });
  });
  app.get('/mails/:id/attachments/:index', (c) => {
    const file = mailOf(parts, c).mail.attachments[Number(c.req.param('index'))];
    if (file === undefined) return c.notFound();
    return c.body(new Uint8Array(file.content), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': attachmentDisposition(file.name),
    });
  });
  app.get('/heard', (c) => c.html(parts.program.page(), 200, { 'content-security-policy': PAGE_POLICY }));
  app.post('/heard', bodyLimit({ maxSize: MAX_LETTER_BYTES, onError: refuseLarge }), async (c) => {
    parts.program.take((name) => c.req.header(name), await c.req.text());
    return c.body(null, 204);
  });
  app.get('/console', async (c) => c.redirect(await parts.signInLink(), 303));
  app.get('/requester', async (c) => c.redirect(await parts.requesterLink(), 303));
  return app;
}

async function formOf(c: Context): Promise<FormData> {
  return c.req.formData().catch(() => {
    throw new Problem('invalid_input', 'The body has to be a form, multipart/form-data.');
  });
}

function lookFrom(c: Context): { readonly person: string; readonly requestId: number | null } {
  const requestId = Number(c.req.query('request'));
  return {
    person: (c.req.query('person') ?? '').trim().toLowerCase(),
    requestId: Number.isSafeInteger(requestId) && requestId > 0 ? requestId : null,
  };
}

function mailOf(parts: DemoParts, c: Context): DemoMail {
  const mail = parts.contacts.find(c.req.param('id') ?? '');
  if (mail === null) throw new Problem('not_found', 'There is no such email; a restart forgets them.');
  return mail;
}

// Otherwise any web page could post here, or make a host name of its own mean this machine and read the desk.
function ownPageOnly(port: number) {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  return async (c: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const origin = c.req.header('origin');
    const isOwn =
      own.includes(c.req.header('host') ?? '') && (!origin || own.includes(origin.replace('http://', '')));
    if (!isOwn) return c.text(`The demo is at http://${own[0]}`, 403);
    await next();
    return undefined;
  };
}

function strictHeaders() {
  return async (c: Context, next: () => Promise<void>): Promise<void> => {
    await next();
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    c.header('cache-control', 'no-store');
    if (!c.res.headers.has('content-security-policy'))
      c.header('content-security-policy', "default-src 'none'; sandbox");
  };
}

function refuseLarge(): never {
  throw new Problem('too_large', `An email may have at most ${MAX_LETTER_BYTES / 1_000_000} MB.`);
}

function answerFault(error: Error, c: Context, log: Log): Response {
  if (error instanceof Problem) {
    const status = error.code === 'not_found' ? 404 : error.code === 'too_large' ? 413 : 400;
    return c.json({ detail: error.message }, status);
  }
  if ('getResponse' in error && typeof error.getResponse === 'function')
    return error.getResponse() as Response;
  log.error({ error }, 'the demo page failed');
  return c.json({ detail: error.message }, 500);
}
