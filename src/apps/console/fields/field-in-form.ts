import { type Field, FIELD_KINDS, type FieldKind, isChoice } from '../../../requests/fields/field.ts';
import type { FieldEdit, NewField } from '../../../requests/fields/save-field.ts';
import type { Problem } from '../../../platform/problems.ts';
import type { Form } from '../parts/forms.ts';

/** A definition that was refused: of which field, null for a new one. */
export type RefusedDefinition = {
  readonly fieldId: number | null;
  readonly form: Form;
  readonly problem: Problem;
};

/** The field that a form defines anew. */
export function newFieldIn(form: Form): NewField {
  const kind = FIELD_KINDS.find((each) => each === form.text('kind')) ?? 'text';
  return { mailboxId: form.id('mailboxId'), key: form.text('key').trim(), kind, ...wordsIn(form, kind) };
}

/** What a form changes of a field. */
export function changesIn(form: Form, { kind }: Field): FieldEdit {
  const instead = form.all('instead');
  const pairs = form.all('gone').map((option, index) => [option, instead[index] || null] as const);
  return { ...wordsIn(form, kind), replace: Object.fromEntries(pairs) };
}

/** The choices that a form has, one a line. */
export function optionsIn(form: Form): readonly string[] {
  const lines = form.text('options').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function wordsIn(form: Form, kind: FieldKind) {
  return {
    name: form.text('name'),
    options: isChoice(kind) ? optionsIn(form) : [],
    help: form.text('help'),
    neededToResolve: form.has('neededToResolve'),
    shownToContacts: form.has('shownToContacts'),
  };
}
