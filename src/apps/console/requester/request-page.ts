import { html } from 'hono/html';
import { addAsRequester } from '../../../intake/form/write-as-requester.ts';
import { download } from '../../../platform/http/download.ts';
import type { AskedField, FieldValues } from '../../../requests/fields/field.ts';
import { editOwnRequest, withdrawOwnRequest } from '../../../requests/own/change-own.ts';
import { findOwnAttachment, findOwnRequest, findWholeOwnRequest } from '../../../requests/own/find-own.ts';
import { listShownFields } from '../../../requests/fields/find-field.ts';
import type { OwnMessage, OwnRequest } from '../../../requests/own/own-request.ts';
import { withoutDirectionMarks } from '../../../mail/text.ts';
import { textWithLinks } from '../conversation/text.ts';
import { valueText } from '../fields/value-text.ts';
import { valuesOf } from '../fields/values-in-form.ts';
import { areaField, textField } from '../parts/fields.ts';
import { readForm } from '../parts/forms.ts';
import { givenFiles } from '../parts/given-files.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { orDrawn } from '../shell/refused.ts';
import { idIn } from '../shell/visit.ts';
import { alertLine, keyOf, messageFields, type Refused, valueFields } from './message-form.ts';
import type { OwnPages, OwnVisit } from './own-pages.ts';

const PATH = '/my/:id{[0-9]+}';

/** One request of the requester's: what was said, the form that says more, and until somebody takes it, the one that changes it. */
export function requestPages(pages: OwnPages): void {
  pages.get(PATH, (visit) => page(visit, null));
  pages.post(PATH, async (visit) => {
    const { c, deps, requester, words } = visit;
    const form = await readForm(c);
    const add = async () => {
      const files = await givenFiles(form);
      const input = { requestId: numberIn(visit), text: form.text('text'), files, key: keyOf(form) };
      const placed = await addAsRequester(deps, requester, input);
      if (placed === null)
        return visit.show({ title: words.reply, content: html`<p role="status">${words.held}</p>` });
      return c.redirect(`/my/${placed.requestId}#m${placed.messageId}`, 303);
    };
    return orDrawn(add, (problem) => page(visit, { problem, typed: form }));
  });
  pages.post(`${PATH}/edit`, async (visit) => {
    const { c, deps, requester } = visit;
    const form = await readForm(c);
    const { id: requestId, mailboxId } = await findOwnRequest(deps, requester, numberIn(visit));
    const edit = async () => {
      const text = form.has('text') ? form.text('text') : undefined;
      const fields = valuesOf(form, await listShownFields(deps, mailboxId));
      await editOwnRequest(deps, requester, { requestId, subject: form.text('subject'), text, fields });
      return c.redirect(`/my/${requestId}`, 303);
    };
    return orDrawn(edit, (problem) => page(visit, { problem, typed: form, rewords: true }));
  });
  pages.post(`${PATH}/withdraw`, async (visit) => {
    const { c, deps, requester } = visit;
    const requestId = numberIn(visit);
    const withdraw = async () => {
      await withdrawOwnRequest(deps, requester, { requestId });
      return c.redirect(`/my/${requestId}`, 303);
    };
    return orDrawn(withdraw, (problem) => page(visit, { problem, typed: null }));
  });
  pages.get(`${PATH}/files/:file{[0-9]+}`, async (visit) => {
    const which = { requestId: numberIn(visit), attachmentId: idIn(visit.c, 'file') ?? 0 };
    return download(await findOwnAttachment(visit.deps, visit.requester, which));
  });
}

function numberIn({ c }: OwnVisit): number {
  return idIn(c) ?? 0;
}

type RefusedOwn = Refused & {
  /** What was typed are other words for the first message. */
  readonly rewords?: boolean;
};

async function page(visit: OwnVisit, refused: RefusedOwn | null): Promise<Response> {
  const { deps, requester, words } = visit;
  const request = await findWholeOwnRequest(deps, requester, numberIn(visit));
  const fields = await listShownFields(deps, request.mailboxId);
  const rewords = refused?.rewords === true && request.isFree;
  const content = html`<p class="quiet">
      <span class="mark ${request.status}">${words.status[request.status]}</span>
      #${request.id} · ${words.opened} ${visit.format.time(request.createdAt)}
    </p>
    ${alertLine(visit, refused)} ${shownValues(visit, fields, request.fields)}
    <div class="messages">${request.messages.map((message) => messageView(visit, request, message))}</div>
    ${request.isFree ? changeForms(visit, request, { fields, refused: rewords ? refused : null }) : ''}
    ${
      request.takesMore
        ? html`<form method="post" action="/my/${request.id}" enctype="multipart/form-data" class="stack">
            ${
              // Once somebody has taken it up, other words are worth sending still.
              messageFields(visit, words.reply, rewords ? '' : (refused?.typed?.text('text') ?? ''))
            }
            <button class="primary">${words.send}</button>
          </form>`
        : html`<p>${words.over} <a href="/my/new">${words.ask}</a></p>`
    }
    <p><a href="/my">${words.back}</a></p>`;
  const title = request.subject || words.noSubject;
  return visit.show({ title, desk: request.mailboxName, content }, refused?.problem);
}

function messageView({ words, format, deps }: OwnVisit, request: OwnRequest, message: OwnMessage): Html {
  const isMine = message.by === 'you';
  return html`<article class="message ${isMine ? 'inbound' : 'outbound'}" id="m${message.id}">
    <header>
      <span class="author" dir="auto">${isMine ? words.you : request.mailboxName}</span>
      <span class="when">${format.time(message.createdAt)}</span>
    </header>
    <div class="text" dir="auto">${textWithLinks(message.text.trim())}</div>
    ${when(
      message.attachments.length > 0,
      () =>
        html`<ul class="files">
          ${message.attachments.map(
            (file) =>
              html`<li>
                <span class="file"
                  >${icon('paperclip', deps.assets)}<a
                    href="/my/${request.id}/files/${file.id}"
                    download
                    dir="auto"
                    >${withoutDirectionMarks(file.name)}</a
                  >
                  <small>${format.size(file.size)}</small></span
                >
              </li>`,
          )}
        </ul>`,
    )}
  </article>`;
}

/** What contacts are shown of the fields, with the desk's names for them. */
function shownValues(visit: OwnVisit, fields: readonly AskedField[], values: FieldValues): Html | '' {
  const seen = fields.flatMap((field) => {
    const value = values[field.key];
    return value === undefined ? [] : [{ ...field, value }];
  });
  return when(
    seen.length > 0,
    () =>
      html`<dl class="figures">
        ${seen.map(
          (field) =>
            html`<div>
              <dt dir="auto">${field.name}</dt>
              <dd dir="auto">${valueText(visit, field, field.value)}</dd>
            </div>`,
        )}
      </dl>`,
  );
}

function changeForms(
  visit: OwnVisit,
  request: OwnRequest & { readonly messages: readonly OwnMessage[] },
  { fields, refused }: { readonly fields: readonly AskedField[]; readonly refused: Refused | null },
): Html {
  const { words } = visit;
  const { id, rewordable } = request;
  const [first] = request.messages;
  const typed = (name: string): string | undefined => refused?.typed?.text(name);
  return html`<p class="quiet">${words.free}</p>
    <div class="verbs">
      <details class="change" ${refused === null ? '' : html`open`}>
        <summary class="button">${words.change}</summary>
        <form method="post" action="/my/${id}/edit" class="stack">
          ${textField({ label: words.subject, name: 'subject', value: typed('subject') ?? request.subject, required: true })}
          ${valueFields(visit, fields, { values: request.fields, refused })}
          ${when(rewordable && first, ({ text }) =>
            areaField({
              label: words.text,
              name: 'text',
              value: typed('text') ?? text.trim(),
              rows: 6,
              required: true,
            }),
          )}
          <button class="primary">${words.save}</button>
        </form>
      </details>
      <details class="change">
        <summary class="button">${words.withdraw}</summary>
        <form method="post" action="/my/${id}/withdraw" class="stack">
          <p>${words.withdrawHelp}</p>
          <button class="danger">${words.withdraw}</button>
        </form>
      </details>
    </div>`;
}
