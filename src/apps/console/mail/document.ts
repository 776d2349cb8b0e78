import { html } from 'hono/html';
import type { AttachmentRow, MessageView } from '../../../requests/messages/message-view.ts';
import type { Html } from '../parts/html.ts';
import { sanitizedHtml } from '../parts/raw.ts';
import type { Visit } from '../shell/visit.ts';

export type MailDocument = { readonly content: Html; readonly policy: string };

const IMAGE = /(<img\b[^>]*?\s)(data-src|src)="([^"]*)"/g;

/**
 * An email's own HTML as the document of its frame, with the policy that holds whatever the HTML tries: no script, nothing
 * loaded but the email's own images, and those of the hosts named when `hosts` are allowed.
 */
export function mailDocument(
  visit: Visit,
  message: MessageView,
  options: { readonly origin: string; readonly withRemote: boolean },
): MailDocument {
  const { assets } = visit.deps;
  const { origin, withRemote } = options;
  const own = `/requests/${message.requestId}/messages/${message.id}/inline/`;
  const { markup, hosts } = withImages(message, own, withRemote);
  const style = assets.url('mail.css');
  return {
    content: html`<!doctype html>
      <html>
        <head>
          <meta charset="utf-8" />
          <title>Mail</title>
          <link rel="stylesheet" href="${style}" />
        </head>
        <body>
          ${sanitizedHtml(markup)}
        </body>
      </html>`,
    policy: framePolicy({ style: `${origin}${style}`, images: [`${origin}${own}`, ...hosts] }),
  };
}

/** What an email's frame may do. It may load only its own images: `'self'` would let an email call any address of ours with the session. */
export function framePolicy(allowed: { readonly style: string; readonly images: readonly string[] }): string {
  return [
    "default-src 'none'",
    "style-src-attr 'unsafe-inline'",
    `style-src-elem ${allowed.style}`,
    `img-src data: ${allowed.images.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
  ].join('; ');
}

// Addresses in attributes that the sanitiser itself has written change place; nothing else of its HTML is touched.
function withImages(
  message: MessageView,
  own: string,
  withRemote: boolean,
): { readonly markup: string; readonly hosts: readonly string[] } {
  const hosts = new Set<string>();
  const markup = (message.html ?? '').replace(IMAGE, (whole, before: string, name: string, value: string) => {
    if (name === 'data-src') {
      const url = value.replaceAll('&amp;', '&');
      if (!withRemote || !URL.canParse(url)) return whole;
      hosts.add(new URL(url).origin);
      return `${before}src="${value}"`;
    }
    const file = fileShownAs(value, message.attachments);
    return file === null ? whole : `${before}src="${own}${file.id}"`;
  });
  return { markup, hosts: [...hosts] };
}

function fileShownAs(source: string, files: readonly AttachmentRow[]): AttachmentRow | null {
  const match = /^cid:(.+)$/i.exec(source.replaceAll('&amp;', '&'));
  if (match?.[1] === undefined) return null;
  const id = decoded(match[1]).toLowerCase();
  return files.find((file) => file.contentId?.replace(/^<|>$/g, '').toLowerCase() === id) ?? null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
