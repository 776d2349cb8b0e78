import { shownTexts } from '../../mailboxes/templates/shown-fields.ts';
import { languageOf, type OutgoingContext } from '../../outbox/writing/outgoing-context.ts';
import type { CannedValues } from './fill-text.ts';

/** What a text is filled in with of a request: the names around it, and the fields that its contact is shown. */
export function cannedValues(context: OutgoingContext): CannedValues {
  const { contact, mailbox, requestId, subject, shownValues } = context;
  const fields = Object.entries(shownTexts(shownValues, languageOf(context)));
  return {
    'contact.name': contact.name,
    'contact.email': contact.email,
    'request.id': String(requestId),
    'request.subject': subject,
    'mailbox.name': mailbox.name,
    'mailbox.address': mailbox.address,
    ...Object.fromEntries(fields.map(([key, text]) => [`fields.${key}`, text ?? ''])),
  };
}
