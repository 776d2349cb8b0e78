import type { AskedField, FieldValue } from '../../../requests/fields/field.ts';
import { isDay } from '../../../platform/time.ts';
import type { Visit } from '../shell/visit.ts';
import { fieldWords } from './words.ts';

/** A value as it is read. */
export function valueText(
  visit: Pick<Visit, 'say' | 'format'>,
  { kind }: Pick<AskedField, 'kind'>,
  value: FieldValue,
): string {
  const words = visit.say(fieldWords);
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return visit.format.number(value);
  if (typeof value !== 'string') return value.join(', ');
  return kind === 'date' && isDay(value) ? visit.format.calendarDate(value) : value;
}

/** What a choice, or a yes or no, offers: each with how it is said. */
export function choicesOf(
  visit: Pick<Visit, 'say'>,
  { kind, options }: Pick<AskedField, 'kind' | 'options'>,
): readonly (readonly [string, string])[] {
  const words = visit.say(fieldWords);
  if (kind !== 'yes_no') return options.map((option) => [option, option]);
  return [
    ['true', words.yes],
    ['false', words.no],
  ];
}
