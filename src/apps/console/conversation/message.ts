import { html } from 'hono/html';
import type { Address } from '../../../mail/parsed-mail.ts';
import type { MessageView } from '../../../requests/messages/message-view.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { gmailLink } from '../mail/gmail-link.ts';
import type { Visit } from '../shell/visit.ts';
import { deliveryView } from './delivery.ts';
import { fileList } from './files.ts';
import { withoutDirectionMarks } from '../../../mail/text.ts';
import { textWithLinks } from './text.ts';
import { conversationWords } from './words.ts';

/** One message: who, when, the text; whether its sender is proven; its deliveries. */
export function messageView(
  visit: Visit,
  message: MessageView,
  context: { readonly canSplit: boolean },
): Html {
  const { format, say, deps } = visit;
  const words = say(conversationWords);
  const { id, kind } = message;
  const isQuiet = message.notice !== null || kind === 'automatic';
  const head = html`<span class="avatar ${kind}" aria-hidden="true">${initial(message)}</span>
    <span class="author" dir="auto">${authorOf(visit, message)}</span>
    ${when(
      kind === 'inbound' && message.fromAddress,
      (from) => html`<span class="address" dir="auto">${from.address}</span>`,
    )}
    ${when(
      message.authenticity !== null && message.authenticity !== 'verified' && kind === 'inbound',
      () =>
        html`<span class="mark ${message.authenticity}"
          >${icon('shield-alert', deps.assets)}${words.verdict[message.authenticity ?? '']}</span
        >`,
    )}
    ${when(kind === 'note', () => html`<span class="mark note">${words.note}: ${words.noteHint}</span>`)}
    <span class="when"
      >${
        isQuiet
          ? format.time(message.createdAt)
          : html`<a href="#m${id}">${format.time(message.createdAt)}</a>`
      }</span
    >`;
  const body = html`${messageBody(visit, message, context)}
  ${when(message.delivery, (delivery) => deliveryView(visit, message, delivery))}`;
  return html`<article class="message ${kind}" id="m${id}" data-message="${id}" tabindex="-1">
    ${
      isQuiet
        ? html`<details class="folded">
            <summary><header>${head}</header></summary>
            ${body}
          </details>`
        : html`<header>${head}</header>
            ${body}`
    }
  </article>`;
}

function messageBody(visit: Visit, message: MessageView, { canSplit }: { readonly canSplit: boolean }): Html {
  const words = visit.say(conversationWords);
  const { id, requestId } = message;
  const visible = message.visibleText.trim();
  const whole = message.text.trim();
  return html`${when(
    message.subjectChanged,
    () =>
      html`<p class="hint">
        <span>${words.subjectChanged} <b dir="auto">${message.subject}</b></span>
        ${when(
          canSplit,
          () =>
            html`<form method="post" action="/requests/${requestId}/split">
              <input type="hidden" name="messageId" value="${id}" />
              <button class="link">${icon('split', visit.deps.assets)}${words.split}</button>
            </form>`,
        )}
      </p>`,
  )}
  ${when(message.incomplete, () => html`<p class="hint">${words.incomplete}</p>`)}
  ${
    visible === ''
      ? html`<p class="text quiet">${words.noText}</p>`
      : html`<div class="text" dir="auto">${textWithLinks(visible)}</div>`
  }
  ${when(
    whole !== visible && whole !== '',
    () =>
      html`<details class="rest">
        <summary>${words.wholeText}</summary>
        <div class="text" dir="auto">${textWithLinks(whole)}</div>
      </details>`,
  )}
  ${when(message.kind === 'inbound' && message.html, () => formattedMail(visit, message, visible === ''))}
  ${fileList(visit, message)} ${circumstances(visit, message)}`;
}

// Loaded when it is opened and not before: a closed frame that is lazy asks for nothing.
function formattedMail(visit: Visit, message: MessageView, open: boolean): Html {
  const words = visit.say(conversationWords);
  const { id, requestId } = message;
  const path = `/requests/${requestId}/messages/${id}/html`;
  const remote = remoteImages(message.html ?? '');
  return html`<details class="formatted" ${open ? html`open` : ''}>
    <summary>${words.formatted}</summary>
    ${when(
      remote.count > 0,
      () =>
        html`<p class="hint" data-remote>
          <span>${words.remote(remote.count, remote.hosts.join(', '))}</span>
          <a class="button" href="${path}?images=1" target="mail-${id}" data-key="i" aria-keyshortcuts="i"
            >${icon('image', visit.deps.assets)}${words.showRemote}</a
          >
        </p>`,
    )}
    <iframe
      name="mail-${id}"
      src="${path}"
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      loading="lazy"
      referrerpolicy="no-referrer"
      title="${words.formatted}: ${message.fromAddress?.address ?? ''}, ${visit.format.exact(message.createdAt)}"
      data-mail
    ></iframe>
    <p class="small"><a href="${path}" target="_blank" rel="noopener">${words.openFormatted}</a></p>
  </details>`;
}

/** How many remote images an email shows, and whose, as `sanitizeHtml` has put them aside. */
function remoteImages(sanitized: string): {
  readonly count: number;
  readonly hosts: readonly string[];
} {
  const sources = [...sanitized.matchAll(/\sdata-src="([^"]*)"/g)].map((match) => match[1] ?? '');
  const hosts = sources.flatMap((source) => {
    const url = source.replaceAll('&amp;', '&');
    return URL.canParse(url) ? [new URL(url).host] : [];
  });
  return { count: sources.length, hosts: [...new Set(hosts)] };
}

function circumstances(visit: Visit, message: MessageView): Html | '' {
  if (message.kind === 'note') return '';
  const words = visit.say(conversationWords);
  const addresses = (all: readonly Address[]): string =>
    all
      .map(({ name, address }) => withoutDirectionMarks(name === '' ? address : `${name} <${address}>`))
      .join(', ');
  return html`<p class="circumstances">
    ${when(
      message.toAddresses.length > 0,
      () => html`<span dir="auto">${words.to}: ${addresses(message.toAddresses)}</span>`,
    )}
    ${when(
      message.ccAddresses.length > 0,
      () => html`<span dir="auto">${words.cc}: ${addresses(message.ccAddresses)}</span>`,
    )}
    ${when(
      message.kind === 'inbound' && message.authenticity === 'verified',
      () => html`<span>${words.verdict['verified']}.</span>`,
    )}
    ${when(message.matchedBy, (rule) => html`<span>${words.matched[rule]}</span>`)}
    ${when(
      message.kind !== 'outbound',
      () =>
        html`<a href="/requests/${message.requestId}/messages/${message.id}/original">${words.original}</a>`,
    )}
    ${when(
      gmailLink(message),
      (link) => html`<a href="${link}" target="_blank" rel="noopener noreferrer">${words.inGmail}</a>`,
    )}
  </p>`;
}

/** Who a message is of, in words. */
function authorOf(visit: Visit, message: MessageView): string {
  const words = visit.say(conversationWords);
  if (message.notice !== null) return words.notice[message.notice] ?? words.automatic;
  const name = message.authorName ?? message.fromAddress?.name ?? '';
  if (message.authorKind === 'operator' && message.authorId === visit.actor.operatorId)
    return `${name} (${words.you})`;
  return withoutDirectionMarks(name || message.fromAddress?.address || words.automatic);
}

function initial(message: MessageView): string {
  const name = message.authorName || message.fromAddress?.name || message.fromAddress?.address || '';
  return name.match(/\p{L}/u)?.[0]?.toUpperCase() ?? '·';
}
