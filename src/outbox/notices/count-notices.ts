import { domainOf } from '../../mail/headers/address-parts.ts';
import { getDomain } from 'tldts';
import type { Queryable } from '../../platform/db/connect.ts';
import { MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE, type NoticeCounts } from './notice-caps.ts';

/**
 * What a request, its contact and its mailbox have been sent automatically within the last hour; of the mailbox only
 * whether its cap is reached, which reads no more rows than that. Of the notices to the new addresses of a domain, one is
 * taken here for the caller when there is one left: its row stays locked until the transaction ends, so that however many
 * processes file such mail at once, no more pass.
 */
export async function countNotices(
  tx: Queryable,
  about: {
    readonly requestId: number | null;
    readonly contact: { readonly id: number; readonly email: string };
    readonly mailboxId: number;
    /** True for a notice that answers a mail and not an operator, who runs in no loop. */
    readonly answersMail: boolean;
    readonly at: Date;
  },
): Promise<NoticeCounts> {
  const since = new Date(about.at.getTime() - 3_600_000);
  const domain = registeredDomain(about.contact.email);
  const minuteAgo = new Date(about.at.getTime() - 60_000);
  const inAMinute = new Date(about.at.getTime() + 60_000);
  const [row] = await tx<NoticeCounts[]>`
    with new_contact as (
      select
      from contacts
      where id = ${about.contact.id} and created_at > ${minuteAgo} and ${about.answersMail}
    ), taken as (
      insert into notices_to_new as earlier (mailbox_id, domain, latest)
      select ${about.mailboxId}, ${domain}, array[${about.at}::timestamptz]
      from new_contact
      on conflict (mailbox_id, domain) do update
      set latest = (excluded.latest || earlier.latest)[1:${MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE}::int]
      -- A time that is still to come was written before the clock was set back, and counts for nothing.
      where coalesce(earlier.latest[${MAX_NOTICES_TO_NEW_PER_DOMAIN_PER_MINUTE}::int]
        not between ${minuteAgo} and ${inAMinute}, true)
      returning 1
    )
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
      exists (select from new_contact) and not exists (select from taken) as new_of_domain_are_spent
    from mailboxes
    where mailboxes.id = ${about.mailboxId}`;
  return row ?? { ofRequest: 0, toContact: 0, mailboxIsSpent: true, newOfDomainAreSpent: true };
}

/** Whoever holds a domain makes subdomains as freely as addresses: they count as one. */
function registeredDomain(email: string): string {
  const domain = domainOf(email);
  return getDomain(domain) ?? domain;
}
