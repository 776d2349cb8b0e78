import { html } from 'hono/html';
import { type AskedField, FIELD_PREFIX, type FieldValue } from '../../../requests/fields/field.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { choicesOf } from './value-text.ts';
import type { FieldRefusal } from './refused-fields.ts';
import { SHOWN } from './values-in-form.ts';
import { fieldWords } from './words.ts';

type Saying = Pick<Visit, 'say'>;

type Shown = {
  /** Its value now. */
  readonly value: FieldValue | undefined;
  readonly refusal: FieldRefusal | null;
  /** How it is said that it has none. Defaults to what operators read. */
  readonly nothing?: string;
  /** Whether the key for fields leads to it. */
  readonly keyed?: boolean;
};

/** The control of a request's field by its kind, with its help and what is wrong with what was typed. */
export function valueInput(visit: Saying, field: AskedField, shown: Shown): Html {
  const { key, name, kind, help } = field;
  const fault = shown.refusal?.faults.get(key);
  const id = `field-${key}`;
  const described = [...(help === '' ? [] : [`${id}-help`]), ...(fault === undefined ? [] : [`${id}-fault`])];
  const describes = described.length === 0 ? '' : html`aria-describedby="${described.join(' ')}"`;
  const invalid = fault === undefined ? '' : html`aria-invalid="true"`;
  const notes = html`${when(help, () => html`<small id="${id}-help" dir="auto">${help}</small>`)}${when(
    fault,
    () => html`<small id="${id}-fault" class="fault">${fault}</small>`,
  )}`;
  const marker = html`<input type="hidden" name="${SHOWN}" value="${key}" />`;
  if (kind === 'several_of')
    return html`<fieldset class="several" ${describes}>
      ${marker}
      <legend dir="auto">${name}${neededMark(visit, field, shown)}</legend>
      <div>${choices(field, shown)} ${notes}</div>
    </fieldset>`;
  return html`${marker}<label
      ><span dir="auto">${name}${neededMark(visit, field, shown)}</span>
      <span class="value">${control(visit, field, { ...shown, describes, invalid })}${notes}</span></label
    >`;
}

function control(
  visit: Saying,
  field: AskedField,
  shown: Shown & { readonly describes: Html | ''; readonly invalid: Html | '' },
): Html {
  const { kind } = field;
  const name = FIELD_PREFIX + field.key;
  const { describes, invalid } = shown;
  const given = shown.refusal?.typed.text(name) ?? textOf(shown.value);
  const nothing = shown.nothing ?? visit.say(fieldWords).nothing;
  const keyed = keyOf(shown);
  if (kind === 'one_of' || kind === 'yes_no')
    return html`<select name="${name}" ${keyed} ${describes} ${invalid}>
      <option value="">${nothing}</option>
      ${choicesOf(visit, field).map(
        ([value, said]) =>
          html`<option value="${value}" ${value === given ? html`selected` : ''}>${said}</option>`,
      )}
    </select>`;
  return html`<input
    name="${name}"
    value="${given}"
    type="${kind === 'date' ? 'date' : 'text'}"
    ${kind === 'number' ? html`inputmode="decimal"` : ''}
    placeholder="${nothing}"
    maxlength="2000"
    autocomplete="off"
    dir="auto"
    ${keyed}
    ${describes}
    ${invalid}
  />`;
}

function choices({ key, options }: AskedField, shown: Shown): Html {
  const { value, refusal } = shown;
  const name = FIELD_PREFIX + key;
  const given = refusal?.typed.all(name) ?? (typeof value === 'object' ? value : []);
  return html`${options.map(
    (option, index) =>
      html`<label class="check"
        ><input
          type="checkbox"
          name="${name}"
          value="${option}"
          ${given.includes(option) ? html`checked` : ''}
          ${index === 0 ? keyOf(shown) : ''}
        /><span dir="auto">${option}</span></label
      >`,
  )}`;
}

function keyOf({ keyed }: Shown): Html | '' {
  return keyed === true ? html`data-key="f" aria-keyshortcuts="f"` : '';
}

function textOf(value: FieldValue | undefined): string {
  return value === undefined || typeof value === 'object' ? '' : String(value);
}

// What keeps the request from being resolved.
function neededMark(visit: Saying, { neededToResolve }: AskedField, { value }: Shown): Html | '' {
  return when(
    neededToResolve && value === undefined,
    () => html`<abbr class="needed" title="${visit.say(fieldWords).needed}">*</abbr>`,
  );
}
