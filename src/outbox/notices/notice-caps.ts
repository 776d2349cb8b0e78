/** How many automatic messages left in the last hour. */
export type NoticeCounts = {
  readonly ofRequest: number;
  readonly toContact: number;
  /** True when the mailbox has sent as many as it may. */
  readonly mailboxIsSpent: boolean;
  /** True when addresses of the contact's domain first heard of within the last minute were sent as many in it as they may. */
  readonly newOfDomainAreSpent: boolean;
};

export type NoticeCap = 'request' | 'contact' | 'mailbox' | 'new_addresses';

/** An operator who takes, closes and reopens one request all day stays below this. */
const MAX_NOTICES_PER_REQUEST_PER_HOUR = 12;

const MAX_NOTICES_PER_CONTACT_PER_HOUR = 30;

/**
 * An answering program that uses a new address for each message is a new contact each time: no other cap sees it for an
 * hour.
 */
export const MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE = 10;

/**
 * The cap that holds a notice back, or null. Loops with changing senders, or between two desks that hide what they are,
 * show in no header: only counting stops them.
 */
export function capOn(counts: NoticeCounts): NoticeCap | null {
  if (counts.ofRequest >= MAX_NOTICES_PER_REQUEST_PER_HOUR) return 'request';
  if (counts.toContact >= MAX_NOTICES_PER_CONTACT_PER_HOUR) return 'contact';
  if (counts.newOfDomainAreSpent) return 'new_addresses';
  return counts.mailboxIsSpent ? 'mailbox' : null;
}
