import { html } from 'hono/html';
import { readQuarantined } from '../../../intake/quarantine/read-quarantined.ts';
import type { Address, ParsedMail } from '../../../mail/parsed-mail.ts';
import { withoutDirectionMarks } from '../../../mail/text.ts';
import { textWithLinks } from '../conversation/text.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import { respond } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { reasonOf, senderOf, verbs } from './verbs.ts';
import { quarantineWords } from './words.ts';

// What no screen holds makes the page slow to draw; the rest is in the original email.
const SHOWN_CHARACTERS = 200_000;

/** What a message held back says: whom it names, its text as text alone, and its files by name. */
export async function readPage(visit: Visit): Promise<Response> {
  const { deps, actor, say, format } = visit;
  const words = say(quarantineWords);
  const { intake, mail } = await readQuarantined(deps, actor, idIn(visit.c) ?? 0);
  const title = intake.subject || say(terms).noSubject;
  const content = html`<div class="page">
    <p><a href="/quarantine">${words.title}</a></p>
    <h1 dir="auto">${title}</h1>
    <p class="alert">
      ${icon('shield-alert', deps.assets)}
      <span>${reasonOf(visit, intake)}</span>
    </p>
    ${intake.outcome === 'quarantined' ? verbs(visit, intake) : html`<p class="quiet">${words.decided}</p>`}
    <div class="attributes">
      <dl>
        ${fact(words.from, senderOf(visit, intake))} ${when(mail, (read) => namedIn(visit, read))}
        ${fact(words.came, format.time(intake.receivedAt))}
        ${when(intake.authenticityReason, (reason) => fact(words.checked, reason))}
      </dl>
    </div>
    ${mail === null ? html`<p class="empty">${words.unreadable}</p>` : said(visit, mail)}
  </div>`;
  return respond(visit, { title, content, place: '/quarantine', alert: null }, 200);
}

function namedIn(visit: Visit, { to, cc, replyTo }: ParsedMail): Html {
  const words = visit.say(quarantineWords);
  const named = [
    [words.to, to],
    [words.cc, cc],
    [words.replyTo, replyTo],
  ] as const;
  return html`${named.map(([label, addresses]) =>
    addresses.length === 0 ? '' : fact(label, addresses.map(written).join(', ')),
  )}`;
}

function said(visit: Visit, mail: ParsedMail): Html {
  const words = visit.say(quarantineWords);
  const text = mail.text.trim();
  const files = mail.attachments.map(
    ({ name, content }) => `${withoutDirectionMarks(name)} (${visit.format.size(content.byteLength)})`,
  );
  return html`<article class="message inbound">
    ${
      text === ''
        ? html`<p class="text quiet">${words.noText}</p>`
        : html`<div class="text" dir="auto">${textWithLinks(text.slice(0, SHOWN_CHARACTERS))}</div>`
    }
    ${text.length > SHOWN_CHARACTERS ? html`<p class="hint">${words.cut}</p>` : ''}
    ${when(files.length, () => html`<p class="quiet" dir="auto">${words.files} ${files.join(', ')}</p>`)}
  </article>`;
}

function fact(label: Html | string, value: Html | string): Html {
  return html`<dt>${label}</dt>
    <dd dir="auto">${value}</dd>`;
}

function written({ name, address }: Address): string {
  return withoutDirectionMarks(name ? `${name} <${address}>` : address);
}
