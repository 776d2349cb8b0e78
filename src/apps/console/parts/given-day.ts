import { invalidField } from '../../../platform/problems.ts';
import { isDay } from '../../../platform/time.ts';
import type { Form } from './forms.ts';

/** The first moment, in UTC, of the day that a form names; null where it names none. */
export function givenDay(form: Pick<Form, 'line'>, name: string): Date | null {
  const day = form.line(name);
  if (day === null) return null;
  if (!isDay(day)) throw invalidField(`/${name}`, 'is a day such as 2027-03-01');
  return new Date(`${day}T00:00:00Z`);
}
