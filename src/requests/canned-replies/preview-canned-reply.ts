import { invalidField } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { type CANNED_VARIABLES, type Filled, fillText, textFault } from './fill-text.ts';

const EXAMPLE: Readonly<Record<Exclude<(typeof CANNED_VARIABLES)[number], 'operator.name'>, string>> = {
  'contact.name': 'Carla Contact',
  'contact.email': 'carla@customer.example',
  'request.id': '1042',
  'request.subject': 'My parcel has not arrived',
  'mailbox.name': 'Support',
  'mailbox.address': 'support@example.com',
};

/** The words of a text that is not kept yet, filled in with an example of everything the desk knows by itself. */
export function previewCannedReply(actor: OperatorActor, input: { readonly text: string }): Filled {
  requirePermission(actor, 'requests.read');
  const fault = textFault(input.text);
  if (fault !== null) throw invalidField('/text', fault);
  return fillText(input.text, { ...EXAMPLE, 'operator.name': actor.name });
}
