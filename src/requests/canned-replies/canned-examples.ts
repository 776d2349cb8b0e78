import type { OperatorActor } from '../../people/access/actor.ts';
import type { Deps } from '../../platform/deps.ts';
import { type AskedField, textOfValue } from '../fields/field.ts';
import { listSeenFields } from '../fields/find-field.ts';
import type { CANNED_VARIABLES, CannedValues } from './fill-text.ts';

const EXAMPLE: Readonly<Record<Exclude<(typeof CANNED_VARIABLES)[number], 'operator.name'>, string>> = {
  'contact.name': 'Carla Contact',
  'contact.email': 'carla@customer.example',
  'request.id': '1042',
  'request.subject': 'My parcel has not arrived',
  'mailbox.name': 'Support',
  'mailbox.address': 'support@example.com',
};

/** Everything that a text is filled in with without asking, with an example of each. */
export async function cannedExamples(deps: Pick<Deps, 'db'>, actor: OperatorActor): Promise<CannedValues> {
  const shown = (await listSeenFields(deps, actor)).filter(({ shownToContacts }) => shownToContacts);
  const fields = shown.map((field) => [`fields.${field.key}`, exampleOf(field)]);
  return { ...EXAMPLE, 'operator.name': actor.name, ...Object.fromEntries(fields) };
}

function exampleOf({ kind, name, options: [first = ''] }: AskedField): string {
  const of = { text: name, number: '12', date: '2026-12-24', yes_no: textOfValue(true) };
  return { ...of, one_of: first, several_of: first }[kind];
}
