import { cleanLine, isLonger } from '../../mail/text.ts';
import { isDay } from '../../platform/time.ts';
import type { Field, FieldValue } from './field.ts';

export const MAX_VALUE_LENGTH = 2000;

export type CheckedValue = { readonly value: FieldValue | null } | { readonly fault: string };

/** A value as a field stores it, null for none; or what is wrong with it. */
export function checkValue(field: Pick<Field, 'kind' | 'options'>, given: FieldValue | null): CheckedValue {
  if (given === null) return { value: null };
  switch (field.kind) {
    case 'text':
      return checkText(given);
    case 'number':
      if (typeof given !== 'number') return { fault: 'must be a number' };
      // JSON has no negative zero, and it would differ from what is stored.
      return { value: given === 0 ? 0 : given };
    case 'date':
      return typeof given === 'string' && isDay(given)
        ? { value: given }
        : { fault: 'must be a day such as 2026-12-24' };
    case 'yes_no':
      return typeof given === 'boolean' ? { value: given } : { fault: 'must be true or false' };
    case 'one_of':
      return typeof given === 'string' && field.options.includes(given)
        ? { value: given }
        : { fault: `must be one of ${field.options.join(', ')}` };
    case 'several_of':
      return checkSeveral(field.options, given);
  }
}

function checkText(given: FieldValue): CheckedValue {
  if (typeof given !== 'string') return { fault: 'must be text' };
  const line = cleanLine(given);
  if (line === '') return { fault: 'must not be blank; null leaves it without a value' };
  if (isLonger(line, MAX_VALUE_LENGTH)) return { fault: `must have at most ${MAX_VALUE_LENGTH} characters` };
  return { value: line };
}

function checkSeveral(options: readonly string[], given: FieldValue): CheckedValue {
  if (typeof given !== 'object' || !given.every((each) => options.includes(each)))
    return { fault: `must be a list of ${options.join(', ')}` };
  const chosen = options.filter((option) => given.includes(option));
  return { value: chosen.length === 0 ? null : chosen };
}
