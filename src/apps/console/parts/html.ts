import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

/** What a template shows of something that may not be there. */
export function when<Value>(
  value: Value | null | undefined | false | '',
  shown: (value: Value) => Html,
): Html | '' {
  return value === null || value === undefined || value === false || value === '' ? '' : shown(value);
}

/** A Lucide icon by its name in icons.svg; decoration, so that words beside it or a label say what it means. */
export function icon(name: string, assets: { readonly url: (name: string) => string }): Html {
  return html`<svg class="icon" aria-hidden="true" width="16" height="16">
    <use href="${assets.url('icons.svg')}#${name}"></use>
  </svg>`;
}
