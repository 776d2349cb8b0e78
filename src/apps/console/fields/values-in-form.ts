import {
  type AskedField,
  type FieldChanges,
  FIELD_PREFIX,
  type FieldValue,
} from '../../../requests/fields/field.ts';
import { listAskedFields } from '../../../requests/fields/find-field.ts';
import { findRequest } from '../../../requests/request/find-request.ts';
import type { Form } from '../parts/forms.ts';
import type { Visit } from '../shell/visit.ts';

/** Names in a form each field that it shows: a list of which nothing is ticked is sent as nothing. */
export const SHOWN = 'shownField';

/** What a form gives of a request's fields; what is left empty takes a value away. Undefined for a form that shows none. */
export async function valuesIn(
  { deps, actor }: Visit,
  requestId: number,
  form: Form,
): Promise<FieldChanges | undefined> {
  if (!form.has(SHOWN)) return undefined;
  const { mailboxId } = await findRequest(deps, actor, requestId);
  return valuesOf(form, await listAskedFields(deps, actor, mailboxId));
}

/** What a form gives of the fields that may be asked. */
export function valuesOf(form: Form, asked: readonly AskedField[]): FieldChanges {
  const shown = new Set(form.all(SHOWN));
  return Object.fromEntries(
    asked.filter(({ key }) => shown.has(key)).map((field) => [field.key, valueIn(form, field)]),
  );
}

function valueIn(form: Form, field: AskedField): FieldValue | null {
  const name = FIELD_PREFIX + field.key;
  if (field.kind === 'several_of') return form.all(name);
  const given = form.line(name);
  return given === null ? null : readValue(field, given);
}

/** What was typed or chosen, as the field takes it; what is none of its values stays as it is, for the field to refuse. */
export function readValue({ kind }: Pick<AskedField, 'kind'>, given: string): FieldValue {
  if (kind === 'yes_no') return given === 'true' ? true : given === 'false' ? false : given;
  if (kind === 'several_of') return [given];
  if (kind !== 'number') return given;
  const value = Number(given.replaceAll(/\s/gu, '').replace(',', '.'));
  return Number.isFinite(value) ? value : given;
}
