import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { checkValue } from '../fields/check-value.ts';
import { changeValues } from '../fields/change-values.ts';
import type { FieldChanges, FieldValues } from '../fields/field.ts';
import { listShownFields } from '../fields/find-field.ts';

/** The values that a contact gives of a request that is not there yet; each faulty one is named. */
export async function checkOwnValues(
  { db }: Pick<Deps, 'db'>,
  mailboxId: number,
  changes: FieldChanges | undefined = {},
): Promise<FieldValues> {
  if (Object.keys(changes).length === 0) return {};
  return db.begin((tx) => changeValues(tx, mailboxId, { before: {}, changes, byContact: true }));
}

/** Of values that were right when they were given, those that still are. */
export async function keepTaken(db: Queryable, mailboxId: number, given: FieldValues): Promise<FieldValues> {
  const taken = (await listShownFields({ db }, mailboxId)).flatMap((field) => {
    const checked = checkValue(field, given[field.key] ?? null);
    return 'value' in checked && checked.value !== null ? [[field.key, checked.value] as const] : [];
  });
  return Object.fromEntries(taken);
}
