export const CANNED_SCOPES = ['own', 'mailbox', 'desk'] as const;

/** Who sees it: its operator alone, everybody who serves a mailbox, or everybody. */
export type CannedScope = (typeof CANNED_SCOPES)[number];

export const CANNED_STATUSES = ['pending', 'resolved', 'closed'] as const;

/** What the answer changes of the request; null and empty change nothing. */
export type CannedEffects = {
  readonly status: (typeof CANNED_STATUSES)[number] | null;
  readonly category: string | null;
  /** Added to those that the request has. */
  readonly tags: readonly string[];
};

/** A text for many answers, in Liquid. */
export type CannedReply = CannedEffects & {
  readonly id: number;
  readonly scope: CannedScope;
  readonly mailboxId: number | null;
  readonly mailboxAddress: string | null;
  readonly name: string;
  readonly text: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};
