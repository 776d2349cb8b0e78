import { html } from 'hono/html';
import { replySubject } from '../../../mail/outgoing/reply-subject.ts';
import type { MailThread } from '../conversations.ts';
import type { DemoMail } from '../demo-mail.ts';
import { labelChips, type Markup } from './gmail-view.ts';
import { shownSize, shownTime } from './shown-time.ts';

/** The last emails of a conversation are open, earlier ones show their first words, as in mail programs. */
const OPEN_MAILS = 2;
const MAX_SNIPPET_LENGTH = 100;

/** A person's mailbox: their conversations as a mail program shows them. */
export function mailboxView(
  conversations: readonly MailThread[],
  labelsOf: ReadonlyMap<string, readonly string[]>,
  now: Date,
): Markup {
  if (conversations.length === 0) {
    return html`<div class="empty">
      <p>Nothing here yet. Write an email above and send it.</p>
      <p>
        The relay script picks it up from the Gmail account, the desk files it as a request, and its notice
        comes back here within seconds. Everything is kept in memory on this side: a restart empties it, the
        desk remembers.
      </p>
    </div>`;
  }
  return html`${conversations.map(
    ({ id, subject, mails }) =>
      html`<article class="conversation" data-conversation="${id}">
        <h3>${subject === '' ? '(no subject)' : subject}</h3>
        <ol>
          ${mails.map((mail, index) => mailView(mail, index >= mails.length - OPEN_MAILS, labelsOf, now))}
        </ol>
      </article>`,
  )}`;
}

/** Everybody who has a mailbox in the demo, to look into another's. */
export function peopleView(
  people: readonly { readonly name: string; readonly address: string }[],
  current: string,
): Markup {
  if (people.length < 2) return html``;
  return html`${people.map(
    ({ name, address }) =>
      html`<button
        type="button"
        class="chip"
        data-person="${address}"
        data-name="${name}"
        aria-pressed="${address === current ? 'true' : 'false'}"
      >
        ${address}
      </button>`,
  )}`;
}

function mailView(
  each: DemoMail,
  isOpen: boolean,
  labelsOf: ReadonlyMap<string, readonly string[]>,
  now: Date,
): Markup {
  const { id, mail, written, at } = each;
  const isAutomatic = mail.headers.some(({ name, value }) => name === 'auto-submitted' && value !== 'no');
  return html`<li>
    <details class="mail ${written === null ? 'came' : 'went'}" data-details="${id}" ${isOpen ? 'open' : ''}>
      <summary>
        <strong>${mail.from === null ? '(no sender)' : mail.from.name || mail.from.address}</strong>
        <span class="snippet">${mail.visibleText.trim().slice(0, MAX_SNIPPET_LENGTH)}</span>
        ${isAutomatic ? html`<span class="tag">automatic</span>` : ''}
        ${written?.forged === true ? html`<span class="tag warn">really from somebody else</span>` : ''}
        <time datetime="${at.toISOString()}">${shownTime(at, now)}</time>
      </summary>
      ${bodyView(each)} ${filesView(each)}
      <footer>
        ${
          written === null
            ? html`<button
                type="button"
                class="small"
                data-reply="${id}"
                data-subject="${replySubject(mail.subject)}"
              >
                Reply
              </button>`
            : html`<span class="labels">${labelChips(labelsOf.get(written.gmailId) ?? [])}</span>`
        }
        <span class="links">
          ${mail.html === null ? '' : html`<a href="/mails/${id}/html" target="_blank" rel="noreferrer">as HTML</a>`}
          <a href="/mails/${id}/raw" target="_blank" rel="noreferrer">source</a>
        </span>
      </footer>
    </details>
  </li>`;
}

function bodyView({ id, mail }: DemoMail): Markup {
  const whole = mail.text.trim();
  const visible = mail.visibleText.trim();
  return html`<p class="text">${withLinks(visible)}</p>
    ${
      whole === visible
        ? ''
        : html`<details data-details="quote ${id}">
            <summary>With what it quotes</summary>
            <p class="text quiet">${whole}</p>
          </details>`
    }`;
}

// As a mail program shows them: the rating link of a closing notice is there to be followed.
function withLinks(text: string): Markup {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/);
  return html`${parts.map((part, place) =>
    place % 2 === 1 ? html`<a href="${part}" target="_blank" rel="noreferrer">${part}</a>` : part,
  )}`;
}

function filesView({ id, mail }: DemoMail): Markup {
  if (mail.attachments.length === 0) return html``;
  return html`<ul class="files">
    ${mail.attachments.map(
      ({ name, content }, index) =>
        html`<li>
          <a href="/mails/${id}/attachments/${index}" download>${name}</a> ${shownSize(content.length)}
        </li>`,
    )}
  </ul>`;
}
