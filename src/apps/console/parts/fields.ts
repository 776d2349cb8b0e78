import { html } from 'hono/html';
import { type Html, when } from './html.ts';

type Labelled = {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  /** What is wrong with what was given. */
  readonly fault?: string | undefined;
};

/** A line of text in a form. */
export function textField(
  field: Labelled & {
    readonly value?: string | number | null;
    readonly type?: 'text' | 'email' | 'number' | 'password' | 'url' | 'date' | 'datetime-local';
    readonly required?: boolean;
    readonly placeholder?: string;
  },
): Html {
  return html`<label
    >${field.label}
    <input
      type="${field.type ?? 'text'}"
      name="${field.name}"
      value="${field.value ?? ''}"
      placeholder="${field.placeholder ?? ''}"
      dir="auto"
      maxlength="2000"
      ${field.required === true ? html`required` : ''}
      ${invalid(field)}
    />${hint(field)}</label
  >`;
}

/** Several lines. */
export function areaField(
  field: Labelled & { readonly value?: string; readonly rows?: number; readonly required?: boolean },
): Html {
  return html`<label
    >${field.label}
    <textarea
      name="${field.name}"
      rows="${field.rows ?? 4}"
      dir="auto"
      maxlength="200000"
      ${field.required === true ? html`required` : ''}
      ${invalid(field)}
    >
${field.value ?? ''}</textarea
    >${hint(field)}</label
  >`;
}

/** One of several values. */
export function selectField(
  field: Labelled & {
    readonly value?: string | number | null;
    readonly options: readonly (readonly [string | number, string])[];
  },
): Html {
  return html`<label
    >${field.label}
    <select name="${field.name}">
      ${field.options.map(
        ([value, shown]) =>
          html`<option value="${value}" ${String(field.value ?? '') === String(value) ? html`selected` : ''}>
            ${shown}
          </option>`,
      )}</select
    >${hint(field)}</label
  >`;
}

/** Yes or no. */
export function checkField(field: Labelled & { readonly checked: boolean; readonly value?: string }): Html {
  return html`<label class="check"
    ><input
      type="checkbox"
      name="${field.name}"
      value="${field.value ?? 'yes'}"
      ${field.checked ? html`checked` : ''}
    /><span>${field.label}${hint(field)}</span></label
  >`;
}

function invalid({ fault }: Labelled): Html | '' {
  return when(fault, () => html`aria-invalid="true"`);
}

function hint({ hint: text, fault }: Labelled): Html {
  return html`${when(text, (words) => html`<small>${words}</small>`)}${when(
    fault,
    (words) => html`<small class="fault">${words}</small>`,
  )}`;
}
