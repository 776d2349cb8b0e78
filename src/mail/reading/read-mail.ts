import { type Bounce, readBounce } from '../bounce/read-bounce.ts';
import { type ClassifyContext, classifyMail } from '../kind/classify.ts';
import type { Classification } from '../kind/kind.ts';
import { contentHash } from '../mime/content-hash.ts';
import { readHeaderBlock } from '../mime/header-block.ts';
import { repairRaw } from '../mime/repair-raw.ts';
import { envelope, parseMail } from './parse-mail.ts';
import type { Address, ParsedMail } from '../parsed-mail.ts';
import { cleanLine, shorten } from '../text.ts';

/** What the readers need to know besides the email; must survive a structured clone. */
export type ReadContext = ClassifyContext;

/** Why an email could not be read: it took too long, it killed its thread, it filled the thread's memory, or the parser failed. */
export type FailureReason = 'deadline' | 'crashed' | 'memory' | 'parser_error';

/** An unreadable email, with as much of its header as could be read. */
export type FailedReading = {
  readonly ok: false;
  readonly reason: FailureReason;
  /** What the error said, for the operator who looks into it. */
  readonly detail: string;
  readonly from: Address | null;
  readonly subject: string;
  readonly internetMessageId: string | null;
  readonly contentHash: string;
};

/** An email that was read: what it says, what kind it is, and for a bounce what it returns. */
export type GoodReading = {
  readonly ok: true;
  readonly mail: ParsedMail;
  readonly classification: Classification;
  /** Null for every email that is not classified as a bounce. */
  readonly bounce: Bounce | null;
};

export type MailReading = GoodReading | FailedReading;

/** How much of the header is read when the rest of the email could not be. */
const HEADER_WINDOW = 64 * 1024;

/** How much of a bounce is searched: the report comes before the returned message. */
const BOUNCE_WINDOW = 1024 * 1024;

/** Everything the desk wants to know of an email, from its bytes alone. Never rejects. */
export async function readMail(raw: Uint8Array, context: ReadContext): Promise<MailReading> {
  try {
    const mail = await parseMail(raw);
    const classification = classifyMail(mail, context);
    const bounce = classification.class === 'bounce' ? readBounce(mail, latin1(raw)) : null;
    return { ok: true, mail, classification, bounce };
  } catch (error) {
    return failedReading(raw, 'parser_error', String(error));
  }
}

function latin1(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, BOUNCE_WINDOW)).toString('latin1');
}

/** The reading of an unreadable email: sender, subject and id from the first 64 KiB of its header. Never throws. */
export function failedReading(raw: Uint8Array, reason: FailureReason, detail = ''): FailedReading {
  const blank = {
    ok: false,
    reason,
    detail: shorten(cleanLine(detail), 500),
    from: null,
    subject: '',
    internetMessageId: null,
    contentHash: contentHash(raw),
  } as const;
  try {
    const start = repairRaw(raw.subarray(0, HEADER_WINDOW));
    const { from, subject, internetMessageId } = envelope(
      readHeaderBlock(start, 0, start.length).headers,
      null,
    );
    return { ...blank, from, subject, internetMessageId };
  } catch {
    return blank;
  }
}
