import type { ParsedAttachment, ParsedMail } from '../../src/mail/parsed-mail.ts';

type Wanted = {
  readonly from?: string;
  readonly name?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly attachments?: readonly { readonly contentType: string; readonly text: string }[];
  readonly inReplyTo?: readonly string[];
};

/** A parsed mail from a customer to the desk with what a test wants to be different. */
export function mailWith(wanted: Wanted): ParsedMail {
  const text = wanted.text ?? 'Hello\n';
  const attachments: readonly ParsedAttachment[] = (wanted.attachments ?? []).map((part, index) => ({
    name: `part-${index}`,
    contentType: part.contentType,
    content: new TextEncoder().encode(part.text),
    inline: false,
    contentId: null,
  }));
  return {
    headers: (wanted.headers ?? []).map(([name, value]) => ({ name, value })),
    from: { name: wanted.name ?? '', address: wanted.from ?? 'ann@customer.example' },
    fromHeaders: 1,
    replyTo: [],
    to: [{ name: '', address: 'desk@example.com' }],
    cc: [],
    subject: wanted.subject ?? 'A question',
    date: null,
    internetMessageId: '<m1@customer.example>',
    inReplyTo: wanted.inReplyTo ?? [],
    references: [],
    text,
    visibleText: text,
    html: null,
    attachments,
    contentHash: '0'.repeat(64),
  };
}
