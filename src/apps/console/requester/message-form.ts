import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import type { Problem } from '../../../platform/problems.ts';
import type { AskedField, FieldValues } from '../../../requests/fields/field.ts';
import { faultsIn } from '../fields/refused-fields.ts';
import { valueInput } from '../fields/value-input.ts';
import { areaField, textField } from '../parts/fields.ts';
import type { Form } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { refusalOf, type Speaker } from './frame.ts';

/** A form that was refused, and what was typed; null when that was not even read. */
export type Refused = { readonly problem: Problem; readonly typed: Form | null };

/** What is asked of a request that is to be opened: a subject, what its mailbox asks besides, a text and files. */
export function requestFields(speaker: Speaker, asked: readonly AskedField[], refused: Refused | null): Html {
  const { words } = speaker;
  const typed = (name: string): string => refused?.typed?.text(name) ?? '';
  return html`${textField({ label: words.subject, name: 'subject', value: typed('subject'), required: true })}
  ${valueFields(speaker, asked, { values: {}, refused })} ${messageFields(speaker, words.text, typed('text'))}`;
}

/** The fields that contacts are shown, with what they say or said wrongly. */
export function valueFields(
  speaker: Speaker,
  asked: readonly AskedField[],
  { values, refused }: { readonly values: FieldValues; readonly refused: Refused | null },
): Html {
  const { typed = null, problem } = refused ?? {};
  const refusal =
    typed === null || problem === undefined ? null : { typed, faults: faultsIn(speaker, problem, asked) };
  // What keeps a request from being resolved is the desk's concern.
  const free = asked.map((field) => ({ ...field, neededToResolve: false }));
  return html`${free.map((field) => valueInput(speaker, field, { value: values[field.key], refusal, nothing: '' }))}`;
}

/** The text and the files of a form, and the key by which a second click sends nothing twice. */
export function messageFields({ words }: Speaker, label: string, text: string): Html {
  return html`<input type="hidden" name="once" value="${randomUUID()}" />
    ${areaField({ label, name: 'text', value: text, rows: 6, required: true })}
    <label
      >${words.files}
      <input type="file" name="attachments" multiple />
      <small>${words.filesHint}</small></label
    >`;
}

/** Why a form was refused. */
export function alertLine({ words }: Speaker, refused: Refused | null): Html | '' {
  return when(refused, ({ problem }) => html`<p role="alert" class="alert">${refusalOf(words, problem)}</p>`);
}

/** The key that a form was drawn with. */
export function keyOf(form: Form): string | undefined {
  const once = form.text('once');
  return /^[\w-]{8,64}$/.test(once) ? `page-${once}` : undefined;
}
