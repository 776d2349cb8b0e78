/** How many automatic mails left within the last hour. */
export type NoticeCounts = {
  readonly ofRequest: number;
  readonly toContact: number;
  /** True when the mailbox has sent as many as it may. */
  readonly mailboxIsSpent: boolean;
};

export type NoticeCap = 'request' | 'contact' | 'mailbox';

/** An operator who takes, closes and reopens one request all day stays below this. */
export const MOST_NOTICES_PER_REQUEST_AND_HOUR = 12;

export const MOST_NOTICES_PER_CONTACT_AND_HOUR = 30;

/**
 * The cap that holds a notice back, or null. Loops with changing senders, or between two desks that hide what they are,
 * show in no header; only counting stops them.
 */
export function capOn(counts: NoticeCounts): NoticeCap | null {
  if (counts.ofRequest >= MOST_NOTICES_PER_REQUEST_AND_HOUR) return 'request';
  if (counts.toContact >= MOST_NOTICES_PER_CONTACT_AND_HOUR) return 'contact';
  return counts.mailboxIsSpent ? 'mailbox' : null;
}
