import { html } from 'hono/html';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { may } from '../../../people/access/permissions.ts';
import { Problem } from '../../../platform/problems.ts';
import { cannedExamples } from '../../../requests/canned-replies/canned-examples.ts';
import { CANNED_STATUSES, type CannedReply } from '../../../requests/canned-replies/canned-reply.ts';
import type { Filled } from '../../../requests/canned-replies/fill-text.ts';
import { listCannedReplies } from '../../../requests/canned-replies/find-canned-reply.ts';
import { previewCannedReply } from '../../../requests/canned-replies/preview-canned-reply.ts';
import { effectNames } from '../answer/canned.ts';
import { areaField, selectField, textField } from '../parts/fields.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { problemWords } from '../shell/problem-words.ts';
import type { Visit } from '../shell/visit.ts';
import { cannedWords } from './canned-words.ts';
import { settingsPage } from './settings-page.ts';
import { everyPage } from '../parts/every-page.ts';

export type CannedWords = Pick<
  CannedReply,
  'scope' | 'mailboxId' | 'name' | 'text' | 'status' | 'category' | 'tags'
>;

const EMPTY: CannedWords = {
  scope: 'own',
  mailboxId: null,
  name: '',
  text: '',
  status: null,
  category: null,
  tags: [],
};

/** The list of canned replies, and the form for one, which keeps what was typed. */
export async function showCanned(
  visit: Visit,
  shown: { readonly canned: CannedReply | null; readonly typed?: CannedWords; readonly alert?: string },
): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(cannedWords);
  const sort = { field: 'name', descending: false } as const;
  const all = await everyPage((place) => listCannedReplies(deps, actor, { filters: {}, sort, ...place }));
  const { canned } = shown;
  const now = shown.typed ?? canned ?? EMPTY;
  const content = html`<p class="quiet">${words.lead}</p>
    <div class="columns canned">
      <nav class="card entries" aria-label="${words.add}">
        <a href="/settings/canned" ${canned === null ? html`aria-current="page"` : ''}
          >${icon('plus', deps.assets)}${words.add}</a
        >
        ${when(all.length === 0, () => html`<p class="quiet">${words.none}</p>`)}
        <ul>
          ${all.map((each) => entry(visit, each, each.id === canned?.id))}
        </ul>
      </nav>
      <div class="stack">${await formOf(visit, canned, now)} ${await preview(visit, now.text)}</div>
    </div>`;
  return settingsPage(visit, 'canned', { content, alert: shown.alert ?? null });
}

function entry(visit: Visit, canned: CannedReply, current: boolean): Html {
  return html`<li>
    <a href="/settings/canned/${canned.id}" ${current ? html`aria-current="page"` : ''}
      ><b dir="auto">${canned.name}</b>
      <small>${[whose(visit, canned), ...effectNames(visit, canned)].join(' · ')}</small></a
    >
  </li>`;
}

function whose(visit: Visit, { scope, mailboxAddress }: CannedReply): string {
  const words = visit.say(cannedWords);
  return scope === 'mailbox' ? words.mailbox(mailboxAddress ?? '') : words[scope];
}

async function formOf(visit: Visit, canned: CannedReply | null, now: CannedWords): Promise<Html> {
  const words = visit.say(cannedWords);
  const names = Object.keys(await cannedExamples(visit.deps, visit.actor));
  const mine = canned === null || canned.scope === 'own' || may(visit.actor, 'canned_replies.share');
  return html`<form
    method="post"
    action="/settings/canned${canned === null ? '' : `/${canned.id}`}"
    class="stack card"
    data-preview
  >
    <fieldset class="stack" ${mine ? '' : html`disabled`}>
      ${textField({ label: words.name, name: 'name', value: now.name, required: true })}
      ${canned === null ? await scopeField(visit, now) : html`<p class="quiet">${whose(visit, canned)}</p>`}
      ${areaField({ label: words.text, name: 'text', value: now.text, rows: 8, required: true })}
      <div class="pair">
        ${selectField({
          label: words.status,
          name: 'status',
          value: now.status,
          options: (['', ...CANNED_STATUSES] as const).map((each) => [each, words.statuses[each]]),
        })}
        ${textField({ label: words.category, name: 'category', value: now.category })}
        ${textField({ label: words.tags, name: 'tags', value: now.tags.join(', ') })}
      </div>
      <div class="verbs">
        <button class="primary" name="verb" value="save">${words.save}</button>
        <button name="verb" value="preview">${words.preview}</button>
        ${when(
          canned !== null,
          () =>
            html`<button name="verb" value="remove" class="danger" formnovalidate>${words.remove}</button>`,
        )}
      </div>
    </fieldset>
    <details>
      <summary class="link">${words.variables}</summary>
      <p>${names.map((name) => html`<code>{{ ${name} }}</code> `)}</p>
      <p class="quiet">${words.others}</p>
    </details>
  </form>`;
}

async function scopeField(visit: Visit, now: CannedWords): Promise<Html> {
  const words = visit.say(cannedWords);
  if (!may(visit.actor, 'canned_replies.share'))
    return html`<input type="hidden" name="scope" value="own" />`;
  const mailboxes = await listMailboxes(visit.deps, visit.actor);
  return selectField({
    label: words.scope,
    name: 'scope',
    value: now.mailboxId ?? now.scope,
    options: [
      ['own', words.own],
      ...mailboxes.map(({ id, address }) => [id, words.mailbox(address)] as const),
      ['desk', words.desk],
    ],
  });
}

async function preview(visit: Visit, text: string): Promise<Html> {
  const words = visit.say(cannedWords);
  const { filled, fault } = await previewOf(visit, text);
  return html`<section class="card" data-preview-result aria-live="polite">
    <h2>${words.previewed}</h2>
    ${when(fault, (why) => html`<p class="hint bad">${why}</p>`)}
    ${when(filled?.unfilled.join(', '), (names) => html`<p class="hint">${words.asks(names)}</p>`)}
    <div class="text" dir="auto">${filled?.text ?? ''}</div>
  </section>`;
}

async function previewOf(
  visit: Visit,
  text: string,
): Promise<{ readonly filled: Filled | null; readonly fault: string | null }> {
  try {
    return { filled: await previewCannedReply(visit.deps, visit.actor, { text }), fault: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { filled: null, fault: problemWords(visit, error) };
  }
}
