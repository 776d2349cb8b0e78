import { html } from 'hono/html';
import { openAsRequester } from '../../../intake/form/write-as-requester.ts';
import { listOwnRequests } from '../../../requests/own/find-own.ts';
import { listAskableMailboxes } from '../../../requests/own/list-askable.ts';
import { listShownFields } from '../../../requests/fields/find-field.ts';
import type { AskableMailbox, OwnRequest } from '../../../requests/own/own-request.ts';
import { valuesOf } from '../fields/values-in-form.ts';
import { readForm } from '../parts/forms.ts';
import { givenFiles } from '../parts/given-files.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { orDrawn } from '../shell/refused.ts';
import { alertLine, keyOf, type Refused, requestFields } from './message-form.ts';
import type { OwnPages, OwnVisit } from './own-pages.ts';

const PAGE_ROWS = 50;

/** The requester's own requests, and the form that opens another. */
export function listPages(pages: OwnPages): void {
  pages.get('/my', (visit) => listPage(visit));
  pages.get('/my/new', (visit) => newPage(visit, visit.c.req.query('to'), null));
  pages.post('/my/new', async (visit) => {
    const { c, deps, requester, words } = visit;
    const form = await readForm(c);
    const mailbox = form.text('mailbox');
    const open = async () => {
      const chosen = chosenOf(await listAskableMailboxes(deps, requester), mailbox);
      const fields = chosen === undefined ? {} : valuesOf(form, await listShownFields(deps, chosen.id));
      const typed = { mailbox, subject: form.text('subject'), text: form.text('text'), fields };
      const files = await givenFiles(form);
      const placed = await openAsRequester(deps, requester, { ...typed, files, key: keyOf(form) });
      if (placed !== null) return c.redirect(`/my/${placed.requestId}`, 303);
      return visit.show({ title: words.ask, content: html`<p role="status">${words.held}</p>` });
    };
    return orDrawn(open, (problem) => newPage(visit, mailbox, { problem, typed: form }));
  });
}

async function listPage({ c, deps, requester, words, format, show }: OwnVisit): Promise<Response> {
  const cursor = c.req.query('cursor');
  const sort = { field: 'lastMessageAt', descending: true } as const;
  const { items, nextCursor } = await listOwnRequests(deps, requester, { sort, limit: PAGE_ROWS, cursor });
  const mailboxes = await listAskableMailboxes(deps, requester);
  const row = (request: OwnRequest): Html =>
    html`<li>
      <a href="/my/${request.id}">
        <b dir="auto">${request.subject || words.noSubject}</b>
        <span class="mark ${request.status}">${words.status[request.status]}</span>
        <small dir="auto"
          >#${request.id} · ${request.mailboxName} · ${format.time(request.lastMessageAt)}</small
        >
      </a>
    </li>`;
  const content = html`${when(
      mailboxes.length > 0,
      () =>
        html`<p><a class="button primary" href="/my/new">${icon('plus', deps.assets)}${words.ask}</a></p>`,
    )}
    ${items.length === 0 ? html`<p class="quiet">${words.none}</p>` : ''}
    <ul class="own">
      ${items.map(row)}
    </ul>
    ${when(
      nextCursor,
      (next) =>
        html`<p><a class="button" href="/my?cursor=${encodeURIComponent(next)}">${words.more}</a></p>`,
    )}`;
  return show({ title: words.mine, ...deskOf(mailboxes), content });
}

/** The form, once it is clear for which mailbox: each asks what it wants to know. */
async function newPage(visit: OwnVisit, to: string | undefined, refused: Refused | null): Promise<Response> {
  const { deps, requester, words } = visit;
  const mailboxes = await listAskableMailboxes(deps, requester);
  const chosen = chosenOf(mailboxes, to);
  const form = (mailbox: AskableMailbox, fields: Html): Html =>
    html`<form method="post" action="/my/new" enctype="multipart/form-data" class="stack">
      <input type="hidden" name="mailbox" value="${mailbox.address}" />
      ${fields}
      <button class="primary">${words.send}</button>
    </form>`;
  const choice = html`<p>${words.askAt}</p>
    <ul class="own">
      ${mailboxes.map(
        ({ address, name }) =>
          html`<li>
            <a href="/my/new?to=${encodeURIComponent(address)}"
              ><b dir="auto">${name}</b><small>${address}</small></a
            >
          </li>`,
      )}
    </ul>`;
  const content = html`${alertLine(visit, refused)}
    ${
      chosen === undefined
        ? choice
        : form(chosen, requestFields(visit, await listShownFields(deps, chosen.id), refused))
    }
    <p><a href="/my">${words.back}</a></p>`;
  const desk = chosen === undefined ? {} : { desk: chosen.name };
  return visit.show({ title: words.ask, ...desk, content }, refused?.problem);
}

function chosenOf(mailboxes: readonly AskableMailbox[], to: string | undefined): AskableMailbox | undefined {
  return mailboxes.length === 1 ? mailboxes[0] : mailboxes.find(({ address }) => address === to);
}

function deskOf([only, other]: readonly AskableMailbox[]): { readonly desk?: string } {
  return only === undefined || other !== undefined ? {} : { desk: only.name };
}
