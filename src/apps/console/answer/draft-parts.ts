import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import type { Draft, DraftKind } from '../../../requests/drafts/draft.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { withoutDirectionMarks } from '../../../mail/text.ts';
import { conversationWords } from '../conversation/words.ts';
import { type Html, icon } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { answerWords } from './words.ts';

/** What every box sends along: a key of its own, so that a double click sends once, and the draft the page starts from. */
export function hiddenFields(draft: Draft | null, from: string): Html {
  return html`<input type="hidden" name="key" value="${randomUUID()}" />
    <input type="hidden" name="draftId" value="${draft?.id ?? ''}" />
    <input type="hidden" name="draftVersion" value="${draft?.version ?? 0}" />
    <input type="hidden" name="from" value="${from}" /><input type="hidden" name="at" value="" />`;
}

/** What the box begins with: what a refusal or an insertion kept, or else the draft. */
export function textOf(kind: DraftKind, { typed, drafts }: Conversation): string {
  return typed?.kind === kind ? typed.text : (drafts[kind]?.text ?? '');
}

/** The files of a draft, each with a button that works without scripts too. */
export function draftFiles(visit: Visit, kind: DraftKind, { request, drafts }: Conversation): Html {
  const words = visit.say(conversationWords);
  return html`<ul
    class="files"
    data-files
    data-remove="${words.removeFile}"
    data-failed="${words.fileFailed}"
    data-too-large="${words.fileTooLarge}"
  >
    ${(drafts[kind]?.files ?? []).map(
      (file) =>
        html`<li data-file="${file.id}">
          <span class="file"
            ><span dir="auto">${withoutDirectionMarks(file.name)}</span>
            <small>${visit.format.size(file.size)}</small
            ><button
              class="quiet"
              name="file"
              value="${file.id}"
              formaction="/requests/${request.id}/drafts/${kind}/remove-file"
              formnovalidate
              aria-label="${words.removeFile}: ${withoutDirectionMarks(file.name)}"
            >
              ${icon('x', visit.deps.assets)}
            </button></span
          >
        </li>`,
    )}
  </ul>`;
}

/** The field that files are picked with. */
export function filePicker(visit: Visit): Html {
  const words = visit.say(conversationWords);
  return html`<label class="attach button" title="${words.attachHint}"
    >${icon('paperclip', visit.deps.assets)}<span>${words.attach}</span
    ><input type="file" name="attachments" multiple
  /></label>`;
}

/** How the draft stands; filled by its script. */
export function draftStatus(visit: Visit): Html {
  const words = visit.say(conversationWords);
  return html`<span
    class="status quiet"
    role="status"
    data-draft-status
    data-saved="${words.draftSaved}"
    data-elsewhere="${words.draftElsewhere}"
    data-unsent="${words.unsent}"
  ></span>`;
}

/** What another tab has saved meanwhile, to be chosen from: neither text is thrown away unseen. */
export function otherDraft(visit: Visit, kind: DraftKind, { typed, drafts }: Conversation): Html {
  const words = visit.say(answerWords);
  const saved = drafts[kind];
  const differs =
    typed?.kind === kind && saved !== null && saved.text.trim() !== '' && saved.text !== typed.text;
  return html`<div class="hint other" data-other ${differs ? '' : html`hidden`}>
    <p>${words.otherDraft}</p>
    <div class="text" dir="auto" data-other-text>${differs ? saved.text : ''}</div>
    <p class="verbs" hidden data-scripted>
      <button type="button" data-use-other>${words.useOther}</button>
      <button type="button" data-keep-mine>${words.keepMine}</button>
    </p>
  </div>`;
}

/** Told when the sign-in has run out while one writes. */
export function signedOutHint(visit: Visit): Html {
  const words = visit.say(answerWords);
  return html`<p class="hint bad" role="alert" hidden data-signed-out>
    <span>${words.signedOut} <a href="/sign-in" target="_blank">${words.signIn}</a></span>
  </p>`;
}
