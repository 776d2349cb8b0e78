import { withoutPrefixes } from '../mail/trim/subject-prefix.ts';

/** The life of a request: new → in_progress → pending → resolved → closed, and back by reopen. */
export type RequestStatus = 'new' | 'in_progress' | 'pending' | 'resolved' | 'closed';

/** In characters, of what is written here; a subject that comes by email may be longer. */
export const SUBJECT_LENGTH = 500;
export const TEXT_LENGTH = 200_000;

export const PRIORITIES = ['P1', 'P2', 'P3', 'P4'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const RATINGS = ['helpful', 'unhelpful'] as const;
/** What a contact says of how their request was closed. */
export type Rating = (typeof RATINGS)[number];

/** A request as a verb sees it once its row is locked. */
export type RequestRow = {
  readonly id: number;
  readonly mailboxId: number;
  readonly contactId: number;
  readonly subject: string;
  readonly status: RequestStatus;
  readonly assigneeId: number | null;
  readonly assigneeName: string | null;
  readonly teamId: number | null;
  /** The teams that it belongs to: its own, without one those of its assignee. */
  readonly teamIds: readonly number[];
  /** Handed up to a team or to a lead. */
  readonly escalated: boolean;
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

/** The subject without reply and forward prefixes, in the spelling clients use (`Re: AW: Fwd[2]: …`), for comparing. */
export function bareSubject(subject: string): string {
  return withoutPrefixes(subject).replace(/\s+/g, ' ').toLowerCase();
}

/** True when a message is about something else than its request, by its subject without prefixes. */
export function subjectDiffers(messageSubject: string, requestSubject: string): boolean {
  const bare = bareSubject(messageSubject);
  return bare !== '' && bare !== bareSubject(requestSubject);
}
