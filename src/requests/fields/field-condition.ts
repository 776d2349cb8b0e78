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

/** The condition that a request `r` has such a value of a field. */
export function hasFieldValue(db: Queryable, key: string, filter: FieldFilter): Fragment {
  const { is, from, to } = filter;
  const found: Fragment[] = [];
  if (is !== undefined) found.push(isAnyOf(db, key, is));
  // What the index has of a field, for it has no order.
  if (from !== undefined || to !== undefined) found.push(db`r.fields <> '{}' and r.fields ? ${key}`);
  if (from !== undefined)
    found.push(db`(${isLike(db, key, from)} and r.fields -> ${key}::text >= ${bound(db, from)})`);
  if (to !== undefined)
    found.push(db`(${isLike(db, key, to)} and r.fields -> ${key}::text < ${bound(db, to)})`);
  return found.reduce((all, condition) => db`${all} and ${condition}`);
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

// Values of another kind have an order to a bound too, which nobody means.
function isLike(db: Queryable, key: string, text: string): Fragment {
  return db`jsonb_typeof(r.fields -> ${key}::text) = ${isNumber(text) ? 'number' : 'string'}`;
}
