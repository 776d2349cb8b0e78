import type { ClockName, ClockView } from '../clocks/policy.ts';
import type { Escalation } from '../escalation/escalation.ts';
import type { FieldValues } from '../fields/field.ts';
import type { Priority, Rating, RequestStatus } from '../request.ts';

export type JiraIssueOf = {
  readonly key: string;
  readonly url: string;
  readonly status: string | null;
  readonly assignee: string | null;
  /** As the database writes a time; null: it was not read yet. */
  readonly syncedAt: string | null;
};

/** A request in lists and by itself. */
export type RequestView = {
  readonly id: number;
  readonly mailboxId: number;
  readonly mailboxAddress: string;
  readonly contactId: number;
  readonly contactEmail: string;
  readonly contactName: string;
  readonly subject: string;
  readonly status: RequestStatus;
  readonly priority: Priority;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly fields: FieldValues;
  readonly assigneeId: number | null;
  readonly assigneeName: string | null;
  readonly teamId: number | null;
  readonly teamName: string | null;
  /** Null: it is not handed up. */
  readonly escalation: Escalation | null;
  /** The issue that it is tied to, the newest one. */
  readonly jira: JiraIssueOf | null;
  readonly followUpOf: number | null;
  readonly refersTo: number | null;
  readonly mergedInto: number | null;
  readonly needsAttention: boolean;
  readonly messageCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastMessageAt: Date;
  readonly firstResponseAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly closedAt: Date | null;
  /** What the contact said of how it was closed, if anything. */
  readonly rating: Rating | null;
  /** Empty for a rating without a comment. */
  readonly ratingComment: string | null;
  readonly ratedAt: Date | null;
  /** The first of its running clocks' due times. */
  readonly due: Date | null;
  readonly clocks: Readonly<Record<ClockName, ClockView | null>>;
  /** Counts every change of the request. */
  readonly version: number;
};
