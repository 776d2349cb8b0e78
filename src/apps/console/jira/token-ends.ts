import { textField } from '../parts/fields.ts';
import type { Form } from '../parts/forms.ts';
import { givenDay } from '../parts/given-day.ts';
import type { Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { jiraWords } from './words.ts';

/** The day on which a token ends, as its owner entered it; null: they did not. */
export function tokenEndsIn(form: Form): Date | null {
  return givenDay(form, 'tokenEnds');
}

export function tokenEndsField(visit: Visit, value: string): Html {
  const words = visit.say(jiraWords);
  return textField({
    label: words.tokenEnds,
    name: 'tokenEnds',
    type: 'date',
    value,
    hint: words.tokenEndsHint,
  });
}
