import { html } from 'hono/html';
import type { AskedField, FieldValues } from '../../../requests/fields/field.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { valueText } from './value-text.ts';
import { fieldWords } from './words.ts';

/** More leave no room for what a request is about. */
export const MAX_COLUMNS = 4;

/** The fields that somebody has chosen to see in lists. */
export function columnsOf({ settings }: Visit, fields: readonly AskedField[]): readonly AskedField[] {
  return fields.filter(({ key }) => settings.listColumns.includes(key));
}

/** Their names above the rows. */
export function columnHeads(columns: readonly AskedField[], withoutAssignee: boolean): Html | '' {
  return when(
    columns.length > 0,
    () =>
      html`<li class="row heads" aria-hidden="true">
        <span></span><span></span><span></span>${columns.map(
          ({ name }) => html`<span dir="auto">${name}</span>`,
        )}${withoutAssignee ? '' : html`<span></span>`}<span></span><span></span>
      </li>`,
  );
}

/** A request's values in them. */
export function columnCells(visit: Visit, columns: readonly AskedField[], values: FieldValues): Html | '' {
  return when(
    columns.length > 0,
    () =>
      html`<span class="cells"
        >${columns.map((field) => {
          const value = values[field.key];
          if (value === undefined) return html`<span class="without"></span>`;
          const text = valueText(visit, field, value);
          return html`<span title="${field.name}: ${text}" dir="auto"
            ><small>${field.name}: </small>${text}</span
          >`;
        })}</span
      >`,
  );
}

/** Chooses them, for every list and for oneself alone. */
export function columnsForm(visit: Visit, fields: readonly AskedField[], params: URLSearchParams): Html | '' {
  const words = visit.say(fieldWords);
  return when(
    fields.length > 0,
    () =>
      html`<form method="post" action="/requests/columns" class="stack chosen-columns">
        <input type="hidden" name="back" value="/requests?${params.toString()}" />
        <fieldset>
          <legend>${words.columns}</legend>
          ${fields.map(
            ({ key, name }) =>
              html`<label class="check"
                ><input
                  type="checkbox"
                  name="column"
                  value="${key}"
                  ${visit.settings.listColumns.includes(key) ? html`checked` : ''}
                /><span dir="auto">${name}</span></label
              >`,
          )}
          <small class="quiet">${words.columnsHint(MAX_COLUMNS)}</small>
        </fieldset>
        <button>${words.columnsSave}</button>
      </form>`,
  );
}
