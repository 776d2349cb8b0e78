import type { Address } from '../parsed-mail.ts';
import { composeMail } from './compose-mail.ts';

/**
 * An email of the desk itself to one of its people, an alarm or a sign-in link. Marked automatic: a holiday note must not
 * answer it, and a desk that gets it back knows its own mark.
 */
export function composeDeskMail(mail: {
  readonly internetMessageId: string;
  readonly date: Date;
  readonly from: Address;
  readonly to: Address;
  readonly subject: string;
  readonly text: string;
}): Promise<Buffer> {
  return composeMail({
    ...mail,
    to: [mail.to],
    cc: [],
    replyTo: [],
    html: null,
    inReplyTo: [],
    references: [],
    language: 'en',
    quoted: null,
    attachments: [],
    automatic: { loopMark: mail.from.address },
  });
}
