/** The life of a request: new → in_progress → pending → resolved → closed, and back by reopen. */
export type RequestStatus = 'new' | 'in_progress' | 'pending' | 'resolved' | 'closed';

export type Priority = 'P1' | 'P2' | 'P3' | 'P4';

/** A request as a verb sees it once its row is locked. */
export type RequestRow = {
  readonly id: number;
  readonly mailboxId: number;
  readonly contactId: number;
  readonly subject: string;
  readonly status: RequestStatus;
  readonly assigneeId: number | null;
  readonly assigneeName: string | null;
  readonly replyTag: string;
  readonly mergedInto: number | null;
  readonly needsAttention: boolean;
  readonly closedAt: Date | null;
  /** Counts every change of the row; the database does it. */
  readonly version: number;
};

/** Open means anything but closed. */
export const OPEN_STATUSES = [
  'new',
  'in_progress',
  'pending',
  'resolved',
] as const satisfies readonly RequestStatus[];

export function isOpen(status: RequestStatus): boolean {
  return status !== 'closed';
}

/**
 * The subject without reply and forward prefixes, in the spelling clients use (`Re: AW: Fwd[2]: …`), for comparing.
 * Prefixes are short words before a colon; the list is closed, because `Invoice: 12` is a subject and no reply.
 */
export function bareSubject(subject: string): string {
  let rest = subject.trim();
  for (;;) {
    const match = REPLY_PREFIX.exec(rest);
    if (match === null) return rest.replace(/\s+/g, ' ').toLowerCase();
    rest = rest.slice(match[0].length).trim();
  }
}

const REPLY_PREFIX =
  /^(?:re|aw|antw|antwort|sv|vs|r|rif|ref|odp|ynt|bls|回复|答复|回覆|fwd?|wg|tr|vb|vl|rv|enc|doorst|пересл|転送|转发|отв|на|ha)(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\)|\^\d{1,3})?\s?[:：]/iu;

/** True when a message talks of something else than its request: by subject, whatever prefixes were added. */
export function subjectDiffers(messageSubject: string, requestSubject: string): boolean {
  const bare = bareSubject(messageSubject);
  return bare !== '' && bare !== bareSubject(requestSubject);
}
