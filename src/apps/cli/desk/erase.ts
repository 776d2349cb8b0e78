import { findContactByEmail } from '../../../people/contacts/find-contact.ts';
import { eraseAttachment } from '../../../requests/privacy/erase-attachment.ts';
import { eraseContact } from '../../../requests/privacy/erase-contact.ts';
import { eraseMessage } from '../../../requests/privacy/erase-message.ts';
import { eraseRequest } from '../../../requests/privacy/erase-request.ts';
import { recipientAddress } from '../../../mail/headers/recipient-address.ts';
import { ID_TEXT } from '../../../platform/id-text.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command, type Desk } from '../command.ts';

const SYSTEM = { kind: 'system' } as const;

export const erase = command({
  options: {
    contact: { type: 'string', value: 'ADDRESS', sentence: 'Everything about the person with this address.' },
    request: { type: 'string', value: 'ID', sentence: 'One request with everything in it.' },
    message: { type: 'string', value: 'ID', sentence: 'One message, including its original.' },
    attachment: {
      type: 'string',
      value: 'ID',
      sentence: 'One attachment, and the original message that contains it.',
    },
    yes: { type: 'boolean', sentence: 'Required, because erasing cannot be undone.' },
  },
  async run(desk, { yes, ...options }) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const [what, value] = given[0] ?? [];
    if (given.length !== 1 || what === undefined || value === undefined) {
      throw invalidField(
        '/contact',
        'is one of --contact, --request, --message and --attachment, and no second',
      );
    }
    if (!yes) throw invalidField('/yes', 'is required: nothing brings back what is erased');
    await ERASE[what as keyof typeof options](desk, value);
    return { text: `Erased ${what} ${value}.\n`, json: { erased: what, value } };
  },
});

const ERASE = {
  async contact(desk: Desk, value: string) {
    const email = recipientAddress(value.trim());
    if (email === null) throw invalidField('/contact', 'is not an email address');
    await eraseContact(desk, SYSTEM, { contactId: await findContactByEmail(desk, SYSTEM, email) });
  },
  request: (desk: Desk, value: string) => eraseRequest(desk, SYSTEM, { requestId: readId('request', value) }),
  message: (desk: Desk, value: string) => eraseMessage(desk, SYSTEM, { messageId: readId('message', value) }),
  attachment: (desk: Desk, value: string) =>
    eraseAttachment(desk, SYSTEM, { attachmentId: readId('attachment', value) }),
} as const;

function readId(what: string, text: string): number {
  if (!ID_TEXT.test(text)) throw invalidField(`/${what}`, 'is a number');
  return Number(text);
}
