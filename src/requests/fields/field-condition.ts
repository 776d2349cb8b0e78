import { type Fragment, json, type Queryable } from '../../platform/db/connect.ts';
import { isDay } from '../../platform/time.ts';

/** Which values of a field pass: any of `is` (`none`: no value), and within the bounds. */
export type FieldFilter = {
  readonly is?: readonly string[] | undefined;
  /** A number or a day; inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
};

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** True for what `from` and `to` may be. */
export function isBound(text: string): boolean {
  return NUMBER.test(text) || isDay(text);
}

/** The condition that a request `r` has such a value of a field. */
export function hasFieldValue(db: Queryable, key: string, filter: FieldFilter): Fragment {
  const { is, from, to } = filter;
  const found: Fragment[] = [];
  if (is !== undefined) found.push(isAnyOf(db, key, is));
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
  const lower = value.toLowerCase();
  return [
    value,
    [value],
    ...(NUMBER.test(value) ? [Number(value)] : []),
    ...(lower === 'true' || lower === 'yes' ? [true] : []),
    ...(lower === 'false' || lower === 'no' ? [false] : []),
  ];
}

function bound(db: Queryable, text: string): Fragment {
  return db`${json(db, NUMBER.test(text) ? Number(text) : text)}`;
}

// Values of another kind have an order to a bound too, which nobody means.
function isLike(db: Queryable, key: string, text: string): Fragment {
  return db`jsonb_typeof(r.fields -> ${key}::text) = ${NUMBER.test(text) ? 'number' : 'string'}`;
}
