import { domainOf } from '../../mail/headers/address-parts.ts';
import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Address } from '../../mail/parsed-mail.ts';
import type { DemoMail } from './demo-mail.ts';

/** What a contact puts into the form of the page. */
export type Letter = {
  readonly from: Address;
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly content: Buffer;
  }[];
  /** The email that this one answers; null for one that begins a conversation. */
  readonly inReplyTo: DemoMail | null;
};

const MAX_REFERENCES = 20;

/** The email as a mail program would send it: MIME, an answer with what it answers in its headers and quoted below. */
export function composeLetter(letter: Letter, deskAddress: string, at: Date): Promise<Buffer> {
  const parent = letter.inReplyTo;
  const domain = domainOf(letter.from.address);
  const composer = new MailComposer({
    messageId: `<${randomUUID()}@${domain}>`,
    date: at,
    from: { ...letter.from },
    to: parent === null ? deskAddress : answerTo(parent, deskAddress).map((address) => ({ ...address })),
    subject: letter.subject,
    ...(parent === null ? {} : threading(parent)),
    text: parent === null ? letter.text : `${letter.text}\n\n${quote(parent)}`,
    attachments: letter.attachments.map(({ name, contentType, content }) => ({
      filename: name,
      contentType,
      content,
    })),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** How a letter comes to the desk. */
export type Arriving = {
  readonly deskAddress: string;
  readonly from: string;
  readonly forged: boolean;
  readonly at: Date;
};

/** Adds the headers that Gmail adds on arrival; a forged email is one that another server than its domain's sent. */
export function asGmailReceives(raw: Buffer, envelope: Arriving): Buffer {
  const domain = domainOf(envelope.from);
  const sender = envelope.forged ? 'bulk@somebody-else.example' : envelope.from;
  const results = envelope.forged
    ? [`spf=pass smtp.mailfrom=${sender}`, `dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=${domain}`]
    : [
        `dkim=pass header.i=@${domain}`,
        `spf=pass smtp.mailfrom=${sender}`,
        `dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=${domain}`,
      ];
  const host = domainOf(sender);
  const lines = [
    `Delivered-To: ${envelope.deskAddress}`,
    `Received: from mail.${host} by mx.google.com with ESMTPS; ${envelope.at.toUTCString()}`,
    `Authentication-Results: mx.google.com;\r\n       ${results.join(';\r\n       ')}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), raw]);
}

function answerTo({ mail, written }: DemoMail, deskAddress: string): readonly Address[] {
  if (written !== null) return [{ name: '', address: deskAddress }];
  if (mail.replyTo.length > 0) return mail.replyTo;
  return mail.from === null ? [{ name: '', address: deskAddress }] : [mail.from];
}

function threading({ mail }: DemoMail): { inReplyTo?: string; references?: string[] } {
  if (mail.internetMessageId === null) return {};
  const references = [...mail.references, mail.internetMessageId].slice(-MAX_REFERENCES);
  return { inReplyTo: mail.internetMessageId, references };
}

function quote({ mail, at }: DemoMail): string {
  const writer = mail.from === null ? 'somebody' : `${mail.from.name} <${mail.from.address}>`.trim();
  const when = `${at.toISOString().slice(0, 10)} at ${at.toISOString().slice(11, 16)}`;
  return `On ${when}, ${writer} wrote:\n\n${mail.text.trimEnd().replace(/^/gm, '> ')}\n`;
}
