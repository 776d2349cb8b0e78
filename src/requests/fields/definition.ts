import { cleanLine } from '../../mail/text.ts';
import { invalidField } from '../../platform/problems.ts';
import { type Field, isChoice } from './field.ts';

/** What may be changed of a field. */
export type Definition = Pick<
  Field,
  'name' | 'kind' | 'options' | 'help' | 'neededToResolve' | 'shownToContacts'
>;

/** In a filter it means that there is no value. */
const RESERVED = 'none';

export function definitionOf(field: Definition): Definition {
  const { name, kind, options, help, neededToResolve, shownToContacts } = field;
  return { name, kind, options, help, neededToResolve, shownToContacts };
}

/** A definition as it is stored; each fault is named. */
export function cleanDefinition(given: Definition): Definition {
  const { kind, neededToResolve, shownToContacts } = given;
  const name = cleanLine(given.name);
  if (name === '') throw invalidField('/name', 'must not be blank');
  const options = given.options.map((option, index) => cleanOption(option, `/options/${index}`));
  const twice = options.findIndex((option, index) => options.indexOf(option) < index);
  if (twice >= 0) throw invalidField(`/options/${twice}`, 'is there twice');
  if (isChoice(kind) && options.length === 0) throw invalidField('/options', 'must have what to choose from');
  if (!isChoice(kind) && options.length > 0) throw invalidField('/options', `are nothing that ${kind} has`);
  return { name, kind, options, help: cleanLine(given.help), neededToResolve, shownToContacts };
}

/** What options become, when they go: each is one of the new ones, or null. */
export function cleanReplacements(
  replace: Readonly<Record<string, string | null>>,
  options: readonly string[],
): Readonly<Record<string, string | null>> {
  for (const [option, other] of Object.entries(replace)) {
    if (options.includes(option)) throw invalidField(`/replace/${option}`, 'stays an option');
    if (other !== null && !options.includes(other))
      throw invalidField(`/replace/${option}`, 'is not an option');
  }
  return replace;
}

function cleanOption(given: string, pointer: string): string {
  const option = cleanLine(given);
  if (option === '') throw invalidField(pointer, 'must not be blank');
  if (option.toLowerCase() === RESERVED)
    throw invalidField(pointer, 'means in a filter that there is no value; name the option otherwise');
  return option;
}
