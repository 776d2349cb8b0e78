import { domainOf } from '../../mail/headers/address-parts.ts';
import { getDomain } from 'tldts';
import type { Queryable } from '../../platform/db/connect.ts';
import type { NoticeCounts } from './notice-caps.ts';

/**
 * What a request, its contact and its mailbox have been sent automatically within the last hour; of the mailbox only
 * whether its cap is reached, which reads no more rows than that.
 */
export async function countNotices(
  tx: Queryable,
  about: {
    readonly requestId: number | null;
    readonly contact: { readonly id: number; readonly email: string };
    readonly mailboxId: number;
    readonly at: Date;
  },
): Promise<NoticeCounts> {
  const since = new Date(about.at.getTime() - 3_600_000);
  const domain = registeredDomain(about.contact.email);
  const minuteAgo = new Date(about.at.getTime() - 60_000);
  const [row] = await tx<NoticeCounts[]>`
    select
      (select count(*)
      from messages
      where request_id = ${about.requestId} and notice is not null and created_at > ${since}) as of_request,
      (select count(*)
      from requests
      join messages on messages.request_id = requests.id
      where requests.contact_id = ${about.contact.id} and requests.mailbox_id = ${about.mailboxId}
        and requests.updated_at > ${since}
        and messages.notice is not null and messages.created_at > ${since}) as to_contact,
      mailboxes.notices_per_hour is not null and mailboxes.notices_per_hour <= (
        select count(*)
        from (
          select
          from messages
          where mailbox_id = ${about.mailboxId} and notice is not null and created_at > ${since}
          limit mailboxes.notices_per_hour) as sent) as mailbox_is_spent,
      (select count(*)
      from contacts as contact
      join messages on messages.mailbox_id = ${about.mailboxId} and messages.notice = 'created'
        and messages.created_at > ${minuteAgo}
      join requests on requests.id = messages.request_id
      join contacts as other on other.id = requests.contact_id and other.created_at > ${minuteAgo}
      where contact.id = ${about.contact.id} and contact.created_at > ${minuteAgo}
        and right(other.email, ${domain.length + 1}::int) in ('@' || ${domain}, '.' || ${domain})) as to_new_of_domain
    from mailboxes
    where mailboxes.id = ${about.mailboxId}`;
  return row ?? { ofRequest: 0, toContact: 0, mailboxIsSpent: true, toNewOfDomain: 0 };
}

/** Whoever holds a domain makes subdomains as freely as addresses: they count as one. */
function registeredDomain(email: string): string {
  const domain = domainOf(email);
  return getDomain(domain) ?? domain;
}
