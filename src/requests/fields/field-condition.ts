import { type Fragment, json, type Queryable } from '../../platform/db/connect.ts';

/** Which values of a field pass: any of `is` (`none`: no value), and within the bounds. */
export type FieldFilter = {
  readonly is?: readonly string[] | undefined;
  /** A number or a day; inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
};

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** True for a number as a filter writes it. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** What a filter means by a word, or null when it is neither yes nor no. */
export function readYesNo(text: string): boolean | null {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'yes') return true;
  return lower === 'false' || lower === 'no' ? false : null;
}

/** The condition that a request `r` has such a value of a field, which is sought in their table or asked of the request. */
export function hasFieldValue(
  db: Queryable,
  key: string,
  { is, from, to }: FieldFilter,
  way: 'sought' | 'asked',
): Fragment {
  const isGiven = is === undefined ? db`true` : isAnyOf(db, key, is);
  if (from === undefined && to === undefined) return isGiven;
  return way === 'sought'
    ? db`${isGiven} and r.id in (
        select request_id from field_values where key = ${key} and ${isWithin(db, db`value`, { from, to })})`
    : db`${isGiven} and r.fields <> '{}' and ${isWithin(db, db`(r.fields -> ${key}::text)`, { from, to })}`;
}

// Bounded on both sides: values of another kind have an order to a bound too, which nobody means. Texts come before numbers, and
// those before yes and no. Of bounds alone PostgreSQL knows how many are between them.
function isWithin(db: Queryable, value: Fragment, { from, to }: Omit<FieldFilter, 'is'>): Fragment {
  const isOfNumbers = isNumber(from ?? to ?? '');
  if (from !== undefined && to !== undefined && isNumber(from) !== isNumber(to)) return db`false`;
  const [least, end] = isOfNumbers ? ['-1e400', 'false'] : ['""', '-1e400'];
  const low = from === undefined ? db`${least}::text::jsonb` : bound(db, from);
  const high = to === undefined ? db`${end}::text::jsonb` : bound(db, to);
  return db`${value} >= ${low} and ${value} < ${high}`;
}

function isAnyOf(db: Queryable, key: string, values: readonly string[]): Fragment {
  const given = values.filter((value) => value !== 'none');
  const forms = given.flatMap(formsOf).map((form) => db`r.fields @> ${json(db, { [key]: form })}`);
  const [first = db`false`, ...others] = forms;
  // The first half is what the index is limited to.
  const holds = db`(r.fields <> '{}' and (${others.reduce((all, each) => db`${all} or ${each}`, first)}))`;
  return given.length === values.length ? holds : db`(not r.fields ? ${key} or ${holds})`;
}

/** What is stored for a value as somebody writes it, whatever the kind of its field. */
function formsOf(value: string): readonly unknown[] {
  const answer = readYesNo(value);
  return [value, [value], ...(isNumber(value) ? [Number(value)] : []), ...(answer === null ? [] : [answer])];
}

function bound(db: Queryable, text: string): Fragment {
  return db`${json(db, isNumber(text) ? Number(text) : text)}`;
}
