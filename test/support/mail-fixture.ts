import type { Address } from '../../src/mail/parsed-mail.ts';

export type ExpectedAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string;
  readonly inline: boolean;
  readonly contentId: string | null;
};

/** What a fixture says of its mail; only the keys it is about. Fixtures from 500 on have further keys for other tests. */
export type ExpectedMail = {
  readonly about?: string;
  readonly from?: Address | null;
  readonly fromHeaders?: number;
  readonly to?: readonly Address[];
  readonly cc?: readonly Address[];
  readonly replyTo?: readonly Address[];
  readonly subject?: string;
  readonly date?: string | null;
  readonly internetMessageId?: string | null;
  readonly inReplyTo?: readonly string[];
  readonly references?: readonly string[];
  readonly text?: string;
  readonly textContains?: readonly string[];
  readonly html?: false;
  readonly htmlContains?: readonly string[];
  readonly attachments?: readonly ExpectedAttachment[];
  readonly attachmentsInclude?: readonly ExpectedAttachment[];
};

export type MailFixture = { readonly slug: string; readonly raw: Buffer; readonly expected: ExpectedMail };
