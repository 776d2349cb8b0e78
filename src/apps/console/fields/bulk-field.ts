import { html } from 'hono/html';
import { type AskedField, type FieldChanges, isChoice } from '../../../requests/fields/field.ts';
import { listSeenFields } from '../../../requests/fields/find-field.ts';
import type { Form } from '../parts/forms.ts';
import { type Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { choicesOf } from './value-text.ts';
import { readValue } from './values-in-form.ts';
import { fieldWords } from './words.ts';

const TYPED = 'typed';

/** One value for several requests: of a list it is chosen, any other is typed. */
export function bulkField(visit: Visit, fields: readonly AskedField[]): Html {
  const words = visit.say(fieldWords);
  return html`<span class="joined">
    <select name="field" aria-label="${words.setField}" data-key="f" aria-keyshortcuts="f">
      <option value="">${words.choose}</option>
      ${fields.map((field) => html`<optgroup label="${field.name}">${options(visit, field)}</optgroup>`)}
    </select>
    <input
      name="fieldValue"
      class="typed"
      maxlength="2000"
      size="12"
      aria-label="${words.typedValue}"
      placeholder="${words.typedValue}"
      dir="auto"
    />
    <button name="verb" value="field">${words.setField}</button>
  </span>`;
}

function options(visit: Visit, field: AskedField): Html {
  const words = visit.say(fieldWords);
  const option = (rest: string, said: string): Html =>
    html`<option value="${field.key}${rest}">${field.name}: ${said}</option>`;
  const none = option('=', words.nothing);
  if (!isChoice(field.kind) && field.kind !== 'yes_no')
    return html`<option value="${field.key}:${TYPED}" data-typed>${field.name}…</option>
      ${none}`;
  const only = (said: string): string => (field.kind === 'several_of' ? words.only(said) : said);
  return html`${choicesOf(visit, field).map(([value, said]) => option(`=${value}`, only(said)))} ${none}`;
}

/** The value that the bar sets; null when it leaves open which. */
export async function bulkFieldIn(visit: Visit, form: Form): Promise<FieldChanges | null> {
  const given = /^(?<key>[\w-]+)(?:=(?<chosen>.*)|:typed)$/s.exec(form.text('field'))?.groups;
  const field = (await listSeenFields(visit.deps, visit.actor)).find(({ key }) => key === given?.['key']);
  if (field === undefined) return null;
  const value = given?.['chosen'] ?? form.line('fieldValue');
  // Nothing typed is more likely an oversight than a wish to empty the field: that has an option of its own.
  if (value === null) return null;
  return { [field.key]: value === '' ? null : readValue(field, value) };
}
