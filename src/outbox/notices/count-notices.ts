import { domainOf } from '../../mail/headers/address-parts.ts';
import { ADVISORY_KEYS } from '../../platform/db/advisory-keys.ts';
import { registrableDomain } from '../../mail/headers/registrable-domain.ts';
import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import { HOUR, MINUTE } from '../../platform/time.ts';

/** How many automatic messages left in the last hour. */
export type NoticeCounts = {
  readonly ofRequest: number;
  readonly toContact: number;
  /** True when the mailbox has sent as many as it may. */
  readonly mailboxIsSpent: boolean;
  /** True when whoever counts at the same time could take what the mailbox has left: see `countLast`. */
  readonly mailboxIsNearlySpent: boolean;
  /** True when addresses of the contact's domain first heard of within the last minute were sent as many in it as they may. */
  readonly newOfDomainAreSpent: boolean;
  /** The contact's address is dead: a notice to it would only bounce again. */
  readonly contactIsSuppressed: boolean;
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

/** More than are ever filed at once and not yet committed: with so many left nobody has to wait for anybody. */
const COUNTED_TOGETHER = 100;

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
  const none = { ofRequest: 0, toContact: 0, newOfDomainAreSpent: true, contactIsSuppressed: false };
  if (row === undefined || row.counts === null)
    return { ...none, mailboxIsSpent: true, mailboxIsNearlySpent: true };
  return countLast(tx, about, row.counts);
}

/**
 * Counts again one after the other what a mailbox has sent, where little is left: those that count at the same time do not see
 * each other's notices, and would all take the last one. To be asked before a notice is queued, when nothing else is locked
 * after it.
 */
export async function countLast(
  tx: Queryable,
  { mailboxId, at }: Pick<NoticesAbout, 'mailboxId' | 'at'>,
  counts: NoticeCounts,
): Promise<NoticeCounts> {
  if (!counts.mailboxIsNearlySpent || counts.mailboxIsSpent) return counts;
  // Two statements in one flight: the count sees what was committed before the lock was given.
  const [, [row]] = await Promise.all([
    tx`select pg_advisory_xact_lock(${ADVISORY_KEYS.noticeCap}::integer, ${mailboxId}::integer)`,
    tx<Pick<NoticeCounts, 'mailboxIsSpent'>[]>`
      select notices_per_hour <= sent.count as mailbox_is_spent
      from mailboxes
      cross join lateral (${sentByMailbox(tx, mailboxId, at)}) as sent
      where mailboxes.id = ${mailboxId}`,
  ]);
  return { ...counts, mailboxIsSpent: row?.mailboxIsSpent !== false };
}

/** How many automatic messages a mailbox sent in the last hour, up to its cap; none are read where it has no cap. */
function sentByMailbox(tx: Queryable, mailboxId: number, at: Date): Fragment {
  return tx`
    select count(*) as count
    from (
      select
      from messages
      where mailbox_id = ${mailboxId} and notice is not null and created_at > ${hourBefore(at)}
        and mailboxes.notices_per_hour is not null
      limit mailboxes.notices_per_hour) as latest`;
}

function hourBefore(at: Date): Date {
  return new Date(at.getTime() - HOUR);
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
  const since = hourBefore(at);
  const domain = registeredDomain(about.contactEmail);
  const minuteAgo = new Date(at.getTime() - MINUTE);
  const inAMinute = new Date(at.getTime() + MINUTE);
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
      -- Request by request: joined, they may be planned from the notices, which are read for all contacts of the hour.
      'toContact', (
        select coalesce(sum((
          select count(*)
          from messages
          where messages.request_id = requests.id and notice is not null and messages.created_at > ${since})), 0)
        from contacts
        join requests on requests.contact_id = contacts.id and requests.mailbox_id is not distinct from ${mailboxId}
          and requests.updated_at > ${since}
        where contacts.email = ${about.contactEmail}),
      'mailboxIsSpent', coalesce(notices_per_hour <= sent.count, false),
      'mailboxIsNearlySpent', coalesce(notices_per_hour <= sent.count + ${COUNTED_TOGETHER}, false),
      'newOfDomainAreSpent', exists (select from new_contact) and not exists (select from taken),
      'contactIsSuppressed', exists (
        select from suppressed_addresses where address = lower(${about.contactEmail}) and until > ${at}))
    from mailboxes
    cross join lateral (${sentByMailbox(tx, mailboxId, at)}) as sent
    where mailboxes.id = ${mailboxId})`;
  return { taking, counts };
}

/** The holder of a domain makes subdomains as easily as addresses: they count as one. */
function registeredDomain(email: string): string {
  const domain = domainOf(email);
  return registrableDomain(domain) ?? domain;
}
