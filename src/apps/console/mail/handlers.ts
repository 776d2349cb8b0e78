import { scanMessage } from '../../../requests/scanning/scan-message.ts';
import { findAttachment } from '../../../requests/messages/find-attachment.ts';
import { findMessage } from '../../../requests/messages/find-message.ts';
import type { MessageView } from '../../../requests/messages/message-view.ts';
import { frontOf } from '../../../platform/http/path-in-front.ts';
import { download } from '../../../platform/http/download.ts';
import { Problem } from '../../../platform/problems.ts';
import type { Pages } from '../shell/pages.ts';
import { done, respond } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { mailDocument } from './document.ts';
import { originalPage, readOriginal } from './original.ts';
import { isPdf, pictureType } from './picture-type.ts';

const BASE = '/requests/:id{[0-9]+}/messages/:message{[0-9]+}';
const SHOWN_TEXT_BYTES = 1_000_000;

/** An email's formatted text in its frame, its pictures and files, and the original email. */
export function mailHandlers(pages: Pages): void {
  pages.get(`${BASE}/html`, async (visit) => {
    const message = await messageIn(visit);
    const origin = `${new URL(visit.c.req.url).origin}${frontOf(visit.c)}`;
    const withRemote = visit.c.req.query('images') === '1';
    const { content, policy } = mailDocument(visit, message, { origin, withRemote });
    return visit.c.html(content, 200, {
      'content-security-policy': policy,
      'x-frame-options': 'SAMEORIGIN',
      'x-dns-prefetch-control': 'off',
    });
  });
  pages.get(`${BASE}/inline/:file{[0-9]+}`, async (visit) => {
    const file = await fileIn(visit);
    const content = Buffer.from(await file.read(0, file.size));
    const type = pictureType(content);
    if (type === null) throw new Problem('not_found', 'This file is not a picture that can be shown.');
    return visit.c.body(new Uint8Array(content), 200, {
      'content-type': type,
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });
  pages.get(`${BASE}/preview/:file{[0-9]+}`, async (visit) => {
    const file = await fileIn(visit);
    const start = Buffer.from(await file.read(0, 4096));
    const type = pictureType(start) ?? (isPdf(start) ? 'application/pdf' : null);
    const isText = /^text\/(plain|csv|calendar)$/.test(file.contentType);
    if (type === null && !isText) return download(file);
    const content = await file.read(0, type === null ? Math.min(file.size, SHOWN_TEXT_BYTES) : file.size);
    return visit.c.body(new Uint8Array(content), 200, {
      'content-type': type ?? 'text/plain; charset=utf-8',
      'content-disposition': 'inline',
      // A viewer of PDF files works in no sandbox; what is of another type has no use for anything.
      'content-security-policy':
        type === 'application/pdf' ? "default-src 'none'; object-src 'self'" : "default-src 'none'; sandbox",
    });
  });
  pages.post(`${BASE}/scan`, async (visit) => {
    const { id, requestId } = await messageIn(visit);
    await scanMessage(visit.deps, visit.actor, id);
    return done(visit, `/requests/${requestId}#m${id}`, { did: 'done' });
  });
  pages.get(`${BASE}/original`, async (visit) => {
    const message = await messageIn(visit);
    const original = await readOriginal(visit, message.id);
    const title = message.subject || `#${message.id}`;
    return respond(visit, { title, content: originalPage(visit, message, original) });
  });
}

async function messageIn(visit: Visit): Promise<MessageView> {
  const { c, deps, actor } = visit;
  const message = await findMessage(deps, actor, idIn(c, 'message') ?? 0);
  if (message.requestId !== idIn(c)) throw new Problem('not_found', 'There is no such message.');
  return message;
}

// A file is served only under the path of its own message: an email must not be able to show the files of another.
async function fileIn(visit: Visit) {
  const message = await messageIn(visit);
  const id = idIn(visit.c, 'file') ?? 0;
  if (!message.attachments.some((each) => each.id === id))
    throw new Problem('not_found', 'There is no such file.');
  return findAttachment(visit.deps, visit.actor, id);
}
