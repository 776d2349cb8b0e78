import type { Priority } from '../request.ts';

export const CLOCKS = ['firstAnswer', 'nextAnswer', 'resolution'] as const;

export type ClockName = (typeof CLOCKS)[number];

/** What is promised of a mailbox's requests of one priority. */
export type PolicyTimes = {
  /** Null: no such clock. */
  readonly firstAnswerMinutes: number | null;
  /** From each message of the contact on, once there was an answer. */
  readonly nextAnswerMinutes: number | null;
  readonly resolutionMinutes: number | null;
  /** Null: time always counts. */
  readonly calendarId: number | null;
};

export type Policy = PolicyTimes & {
  readonly id: number;
  readonly mailboxId: number;
  readonly mailboxAddress: string;
  readonly priority: Priority;
  readonly calendarName: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A clock of a request, as it stands; times are RFC 3339. */
export type ClockView = {
  readonly state: 'running' | 'paused' | 'ended';
  readonly targetSeconds: number;
  /** Below zero once it is overdue. */
  readonly leftSeconds: number;
  readonly due: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly warnedAt: string | null;
  readonly breachedAt: string | null;
};
