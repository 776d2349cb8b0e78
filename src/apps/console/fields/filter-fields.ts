import { html } from 'hono/html';
import { type AskedField, FIELD_PREFIX } from '../../../requests/fields/field.ts';
import { type Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { choicesOf, valueText } from './value-text.ts';
import { fieldWords } from './words.ts';

const NONE = 'none';

/** What narrows the list down by fields: a choice is chosen, a number or a day has bounds, a text is typed. */
export function fieldFilters(visit: Visit, fields: readonly AskedField[], given: URLSearchParams): Html {
  return html`${fields.map((field) => filter(visit, field, given))}`;
}

function filter(visit: Visit, field: AskedField, given: URLSearchParams): Html {
  const { key, kind, name } = field;
  const words = visit.say(fieldWords);
  const param = FIELD_PREFIX + key;
  if (kind === 'number' || kind === 'date') {
    const bound = (end: 'from' | 'to'): Html =>
      html`<label
        ><span dir="auto">${words[end](name)}</span>
        <input
          name="${param}.${end}"
          value="${given.get(`${param}.${end}`) ?? ''}"
          type="${kind === 'date' ? 'date' : 'text'}"
          inputmode="decimal"
          maxlength="40"
      /></label>`;
    return html`<div class="pair">${bound('from')} ${bound('to')}</div>`;
  }
  if (kind === 'text')
    return html`<label
      ><span dir="auto">${name}</span>
      <input name="${param}" value="${given.get(param) ?? ''}" maxlength="2000" dir="auto"
    /></label>`;
  return html`<label
    ><span dir="auto">${name}</span>
    <select name="${param}">
      <option value="">${words.any}</option>
      ${[...choicesOf(visit, field), [NONE, words.nothing] as const].map(
        ([value, said]) =>
          html`<option value="${value}" ${given.get(param) === value ? html`selected` : ''}>${said}</option>`,
      )}
    </select></label
  >`;
}

/** The orders by fields, both ways. */
export function fieldSorts(fields: readonly AskedField[]): readonly (readonly [string, string])[] {
  return fields.flatMap(({ key, name }) => [
    [FIELD_PREFIX + key, `${name} ↑`] as const,
    [`-${FIELD_PREFIX}${key}`, `${name} ↓`] as const,
  ]);
}

/** The filters by fields that are set, each with how it reads. */
export function setFilters(
  visit: Visit,
  fields: readonly AskedField[],
  params: URLSearchParams,
): readonly { readonly param: string; readonly name: string; readonly value: string }[] {
  return [...new Set(params.keys())]
    .filter((param) => param.startsWith(FIELD_PREFIX))
    .map((param) => {
      const [key = '', bound] = param.slice(FIELD_PREFIX.length).split('.');
      const field = fields.find((each) => each.key === key);
      const said = params.getAll(param).map((value) => filterText(visit, field, value));
      const sign = bound === 'from' ? '≥ ' : bound === 'to' ? '< ' : '';
      return { param, name: field?.name ?? key, value: sign + said.join(', ') };
    });
}

function filterText(visit: Visit, field: AskedField | undefined, value: string): string {
  if (value === NONE) return visit.say(fieldWords).nothing;
  if (field === undefined) return value;
  return new Map(choicesOf(visit, field)).get(value) ?? valueText(visit, field, value);
}
