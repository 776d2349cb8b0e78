import type { CannedEffects } from '../../../requests/canned-replies/canned-reply.ts';
import { CANNED_STATUSES } from '../../../requests/canned-replies/canned-reply.ts';
import type { CannedValues } from '../../../requests/canned-replies/fill-text.ts';
import type { Form } from '../parts/forms.ts';

/** A canned reply that waits for words nobody has filled in. */
export type Asked = {
  readonly id: number;
  readonly name: string;
  readonly unfilled: readonly string[];
  readonly values: CannedValues;
};

/** What somebody typed and a refusal, or an insertion, puts back into the box. */
export type Typed = {
  readonly kind: 'reply' | 'note';
  readonly text: string;
  readonly noCopies: boolean;
  /** What sending it makes of the request besides. */
  readonly effects: CannedEffects;
  readonly asked: Asked | null;
};

/** Before the name of a variable in the name of its field. */
export const VALUE = 'value:';

/** What the box holds. */
export function typedIn(form: Form, kind: Typed['kind']): Typed {
  const asked = form.id('asked');
  return {
    kind,
    text: form.text('text'),
    noCopies: form.has('noCopies'),
    effects: effectsIn(form),
    asked:
      asked === null
        ? null
        : { id: asked, name: form.text('askedName'), unfilled: form.all('unfilled'), values: valuesIn(form) },
  };
}

/** What was typed for the variables of a canned reply. */
export function valuesIn(form: Form): CannedValues {
  const names = [...form.all('filled'), ...form.all('unfilled')];
  return Object.fromEntries(names.map((name) => [name, form.text(`${VALUE}${name}`)]));
}

/** Those of two canned replies; the later one has the last word. */
export function bothEffects(first: CannedEffects, then: CannedEffects): CannedEffects {
  return {
    status: then.status ?? first.status,
    category: then.category ?? first.category,
    tags: [...new Set([...first.tags, ...then.tags])],
  };
}

/** A text put where the cursor was; at the end without one. */
export function insertedAt(text: string, added: string, at: number | null): string {
  const place = at === null || at > text.length ? text.length : at;
  const before = text.slice(0, place);
  const after = text.slice(place);
  const above = before === '' || before.endsWith('\n') ? '' : '\n';
  const below = after === '' || after.startsWith('\n') ? '' : '\n';
  return `${before}${above}${added}${below}${after}`;
}

function effectsIn(form: Form): CannedEffects {
  return {
    status: CANNED_STATUSES.find((each) => each === form.text('setStatus')) ?? null,
    category: form.line('setCategory'),
    tags: form.all('setTag'),
  };
}
