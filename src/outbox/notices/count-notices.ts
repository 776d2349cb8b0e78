import { domainOf } from '../../mail/headers/address-parts.ts';
import { getDomain } from 'tldts';
import type { Fragment, Queryable } from '../../platform/db/connect.ts';

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
const MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE = 10;

type NoticesAbout = {
  readonly requestId: number | null;
  readonly contactEmail: string;
  readonly mailboxId: number;
  /** True for a notice that answers a message; an operator cannot run in a loop. */
  readonly answersMail: boolean;
  readonly at: Date;
};

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

/**
 * Counts what a request, its contact and its mailbox were sent automatically in the last hour; for the mailbox only
 * whether its cap is reached, which reads no more rows than that. If a notice to a new address of the domain is left,
 * it is taken here for the caller: its row stays locked until the transaction ends, so that no more pass however many
 * processes file such messages at once.
 */
export async function countNotices(tx: Queryable, about: NoticesAbout): Promise<NoticeCounts> {
  const { taking, counts } = noticeCounts(tx, about, tx`true`);
  const [row] = await tx<{ counts: NoticeCounts | null }[]>`with ${taking} select ${counts} as counts`;
  return row?.counts ?? { ofRequest: 0, toContact: 0, mailboxIsSpent: true, newOfDomainAreSpent: true };
}

/**
 * The count as parts of a larger statement. `counts` is of the last hour; of the mailbox only whether its cap is reached,
 * which reads no more rows than that; null without such a mailbox. Of the notices to the new addresses of a domain, `taking`
 * takes one for the caller when there is one left and `when` holds: its row stays locked until the transaction ends, so that
 * however many processes file such mail at once, no more pass.
 */
export function noticeCounts(
  tx: Queryable,
  about: NoticesAbout,
  when: Fragment,
): { readonly taking: Fragment; readonly counts: Fragment } {
  const { at, mailboxId } = about;
  const since = new Date(at.getTime() - 3_600_000);
  const domain = registeredDomain(about.contactEmail);
  const minuteAgo = new Date(at.getTime() - 60_000);
  const inAMinute = new Date(at.getTime() + 60_000);
  const taking = tx`
    new_contact as (
      select
      from contacts
      where email = ${about.contactEmail} and created_at > ${minuteAgo} and ${about.answersMail} and ${when}
    ), taken as (
      insert into notices_to_new as earlier (mailbox_id, domain, latest)
      select ${mailboxId}, ${domain}, array[${at}::timestamptz]
      from new_contact
      on conflict (mailbox_id, domain) do update
      set latest = (excluded.latest || earlier.latest)[1:${MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE}::int]
      -- A time that is still to come was written before the clock was set back, and counts for nothing.
      where coalesce(earlier.latest[${MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE}::int]
        not between ${minuteAgo} and ${inAMinute}, true)
      returning 1
    )`;
  const counts = tx`(
    select json_build_object(
      'ofRequest', (
        select count(*)
        from messages
        where request_id = ${about.requestId}::bigint and notice is not null and created_at > ${since}),
      'toContact', (
        select count(*)
        from contacts
        join requests on requests.contact_id = contacts.id and requests.mailbox_id is not distinct from ${mailboxId}
          and requests.updated_at > ${since}
        join messages on messages.request_id = requests.id
        where contacts.email = ${about.contactEmail} and messages.notice is not null and messages.created_at > ${since}),
      'mailboxIsSpent', mailboxes.notices_per_hour is not null and mailboxes.notices_per_hour <= (
        select count(*)
        from (
          select
          from messages
          where mailbox_id = ${mailboxId} and notice is not null and created_at > ${since}
          limit mailboxes.notices_per_hour) as sent),
      'newOfDomainAreSpent', exists (select from new_contact) and not exists (select from taken))
    from mailboxes
    where mailboxes.id = ${mailboxId})`;
  return { taking, counts };
}

/** The holder of a domain makes subdomains as easily as addresses: they count as one. */
function registeredDomain(email: string): string {
  const domain = domainOf(email);
  return getDomain(domain) ?? domain;
}
