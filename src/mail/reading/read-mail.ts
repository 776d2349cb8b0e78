import { type Bounce, readBounce } from '../bounce/read-bounce.ts';
import { type ClassifyContext, classifyMail } from '../kind/classify.ts';
import type { Classification } from '../kind/kind.ts';
import { contentHash } from '../mime/content-hash.ts';
import { readHeaderBlock } from '../mime/header-block.ts';
import { repairRaw } from '../mime/repair-raw.ts';
import { envelope, parseMail } from './parse-mail.ts';
import type { Address, ParsedMail } from '../parsed-mail.ts';
import { cleanLine, shorten } from '../text.ts';

/** What the readers need to know besides the mail; must survive a structured clone. */
export type ReadContext = ClassifyContext;

/** Why a mail could not be read: it took too long, it killed its thread, it filled the thread's memory, or the parser failed. */
export type FailureReason = 'deadline' | 'crashed' | 'memory' | 'parser_error';

/** A mail that could not be read, with what its header says as far as that can be told. */
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

/** A mail that was read: what it says, what kind it is, what it returns if a bounce. */
export type GoodReading = {
  readonly ok: true;
  readonly mail: ParsedMail;
  readonly classification: Classification;
  /** Null for every mail that is not classified as a bounce. */
  readonly bounce: Bounce | null;
};

export type MailReading = GoodReading | FailedReading;

/** How much of a header is looked at when nothing else about the mail could be read. */
const HEADER_WINDOW = 64 * 1024;

/** How much of a bounce is searched: the report stands before what it returns. */
const BOUNCE_WINDOW = 1024 * 1024;

/** Everything the desk wants to know of a mail, from its bytes alone. Never rejects. */
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

/** The reading of a mail that could not be read: sender, subject and id from the first 64 KiB of its header. Never throws. */
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
