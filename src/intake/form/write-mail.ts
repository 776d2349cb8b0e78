import { randomBytes } from 'node:crypto';
import { domainOf, withPlus } from '../../mail/headers/address-parts.ts';
import { composeMail } from '../../mail/outgoing/compose-mail.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import type { Mailbox } from '../../mailboxes/mailbox.ts';
import { outgoingFiles } from '../../outbox/writing/outgoing-files.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import type { FieldValues } from '../../requests/fields/field.ts';
import { valueHeaders } from './given-values.ts';

/** What somebody writes on a page, whose address is proven or about to be. */
export type Writing = {
  readonly from: Address;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly PostedFile[];
  /** Of the fields of the request that it opens. */
  readonly values?: FieldValues;
  /** Leads to a request; null: it opens one. */
  readonly replyTag: string | null;
};

/**
 * The email that says what was written, so that it is stored, read, ruled and filed as any other. Refuses more or larger files
 * than an email carries.
 */
export async function writeMail(
  mailbox: Pick<Mailbox, 'address' | 'name' | 'language'>,
  written: Writing,
  at: Date,
): Promise<Buffer> {
  const { from, subject, text, values = {}, replyTag } = written;
  const { attachments } = outgoingFiles(written.files, { text, html: null });
  const address = replyTag === null ? mailbox.address : withPlus(mailbox.address, replyTag);
  return composeMail({
    internetMessageId: `<form.${randomBytes(16).toString('hex')}@${domainOf(mailbox.address)}>`,
    date: at,
    from,
    to: [{ name: mailbox.name, address }],
    cc: [],
    replyTo: [],
    subject,
    text,
    html: null,
    inReplyTo: [],
    references: [],
    language: mailbox.language,
    quoted: null,
    attachments: attachments.map(({ name, contentType, content }) => ({
      name,
      contentType,
      content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      inline: false,
      contentId: null,
    })),
    automatic: null,
    headers: valueHeaders(values),
  });
}
