import type { Language } from '../../mail/language.ts';
import type { Fragment, Transaction } from '../../platform/db/connect.ts';
import { countLast, type NoticeCounts, noticeCounts } from '../../outbox/notices/count-notices.ts';
import { nextRequestId } from '../../requests/life/opening.ts';
import { type MailIdentity, stored } from './queries.ts';
import type { ThreadQuestion } from './thread-question.ts';
import type { Candidate } from './thread.ts';
import { HOUR } from '../../platform/time.ts';

export type ThreadReading = {
  /** The message is stored already. */
  readonly isKnown: boolean;
  readonly candidates: readonly Candidate[];
  /** The message carries the Message-ID of an outgoing message of ours. */
  readonly isOwnId: boolean;
  readonly ownRequestId: number | null;
  readonly blocked: boolean;
  readonly trusted: boolean;
  readonly language: Language | null;
  /** Requests that this contact opened here within the last hour. */
  readonly openedLastHour: number;
  /** For an email that leads to no request: the request that it opens, and what the notice about it is measured by. */
  readonly opening: { readonly requestId: number; readonly counts: NoticeCounts } | null;
};

/** As JSON holds it: times in milliseconds. */
type CandidateJson = Omit<Candidate, 'closedAt' | 'answeredAt'> & {
  readonly closedAt: number | null;
  readonly answeredAt: number | null;
};

/**
 * Reads everything that threading and the caps need, in one round trip. It must run after the contact is locked, in a
 * statement of its own: only then does its snapshot contain what the message before this one committed. Of an `unwritten`
 * message it tells whether it is stored by now; it takes nothing for one that is.
 */
export async function readThread(
  tx: Transaction,
  mail: ThreadQuestion,
  unwritten: MailIdentity | null = null,
): Promise<ThreadReading> {
  const isKnown = unwritten === null ? tx`false` : tx`exists (${stored(tx, unwritten, tx``)})`;
  const isOpening = tx`not exists (select from candidate) and not (select it from known)`;
  const opens = opening(tx, mail, isOpening);
  const hourAgo = new Date(mail.at.getTime() - HOUR);
  const [row] = await tx<(Omit<ThreadReading, 'candidates'> & { candidates: CandidateJson[] })[]>`
    with recursive known as (select ${isKnown} as it), ${candidates(tx, mail)}, ${opens.taking}
    select
      (select it from known) as is_known,
      (select coalesce(json_agg(candidate.found order by candidate.rank, candidate.place desc), '[]')
      from candidate) as candidates,
      own.request_id is not null as is_own_id, own.request_id as own_request_id,
      coalesce(settings.blocked, false) as blocked, coalesce(settings.trusted, false) as trusted, settings.language,
      (select count(*)::int
      from requests
      where requests.contact_id = contacts.id and requests.mailbox_id is not distinct from ${mail.mailboxId}
        and requests.created_at > ${hourAgo}) as opened_last_hour,
      case when ${isOpening} then ${opens.opening} end as opening
    from (select) as one
    left join lateral (
      select request_id from messages where direction = 'out' and internet_message_id = ${mail.internetMessageId}
      union all
      -- Only outgoing messages have it; an \`or\`, or their direction as well, would be planned to read all of them.
      select request_id from messages where sent_as = ${mail.internetMessageId}
      limit 1) as own on true
    left join contacts on contacts.email = ${mail.senderEmail}
    left join contact_settings as settings
      on settings.contact_id = contacts.id and settings.mailbox_id = ${mail.mailboxId}`;
  if (row === undefined) throw new Error('reading a thread returned no row');
  return { ...row, candidates: row.candidates.map(asCandidate) };
}

type EmailWithThread = { readonly question: ThreadQuestion; readonly thread: ThreadReading };

type OpeningRead = NonNullable<ThreadReading['opening']>;

export type WithOpening<Email extends EmailWithThread> = Email & {
  readonly thread: { readonly opening: OpeningRead };
};

/** An email that opens a request, with what its notice is measured by: exactly where something may answer it. */
export async function withOpening<Email extends EmailWithThread>(
  tx: Transaction,
  email: Email,
): Promise<WithOpening<Email>> {
  const { question, thread } = email;
  const opening = thread.opening ?? (await readOpening(tx, question));
  const counts = question.welcomesNotice ? await countLast(tx, question, opening.counts) : opening.counts;
  return { ...email, thread: { ...thread, opening: { ...opening, counts } } };
}

async function readOpening(tx: Transaction, mail: ThreadQuestion): Promise<OpeningRead> {
  const opens = opening(tx, mail, tx`true`);
  const [row] = await tx<Pick<ThreadReading, 'opening'>[]>`
    with ${opens.taking} select ${opens.opening} as opening`;
  if (row === undefined || row.opening === null) throw new Error('an opening returned no row');
  return row.opening;
}

function opening(tx: Transaction, mail: ThreadQuestion, when: Fragment) {
  const { mailboxId, senderEmail: contactEmail, at } = mail;
  const about = { requestId: null, contactEmail, mailboxId, answersMail: mail.welcomesNotice, at };
  const { taking, counts } = noticeCounts(tx, about, when);
  return {
    taking,
    opening: tx`json_build_object('requestId', ${nextRequestId(tx)}, 'counts', ${counts})`,
  };
}

/** What leads to requests, `mergedInto` followed, as the expressions `led`, `followed` and `candidate`. */
function candidates(tx: Transaction, mail: ThreadQuestion) {
  const citedIds = mail.citedIds as string[];
  const people = mail.people as string[];
  // What no index serves: the plan is kept from a desk that is empty, where reading a mailbox whole costs nothing.
  const ofMailbox = tx`mailbox_id is not distinct from ${mail.mailboxId}`;
  // A message that cites nothing is the common one: what starts a look-up costs as much as the look-up.
  const cited = tx`
      select 'token' as by, internet_message_id as cited, request_id, 1 as rank, id as place
      from messages
      where direction = 'out' and internet_message_id = any(${citedIds}::text[]) and ${ofMailbox}
      union all
      select 'token', sent_as, request_id, 1, id
      from messages
      where sent_as = any(${citedIds}::text[]) and ${ofMailbox}
      union all
      select 'references', internet_message_id, request_id, 3, id
      from messages
      where direction = 'in' and internet_message_id = any(${citedIds}::text[]) and mailbox_id = ${mail.mailboxId}
      union all`;
  const addressed = tx`
      select 'reply_address', null, id, 2, 0
      from requests
      where reply_tag = any(${mail.replyTags as string[]}::text[]) and ${ofMailbox}
      union all`;
  return tx`
    led (by, cited, request_id, rank, place) as (
      ${citedIds.length === 0 ? tx`` : cited}
      ${mail.replyTags.length === 0 ? tx`` : addressed}
      (select 'source_thread', null, request_id, 4, 0
      from messages
      where mailbox_id = ${mail.mailboxId} and source_thread_id = ${mail.sourceThreadId}
      order by id desc
      limit 1)
      union all
      (select 'sender', null, id, 5, extract(epoch from last_message_at)::bigint
      from requests
      where contact_id = (select contacts.id from contacts where contacts.email = ${mail.contactEmail}) and ${ofMailbox} and status <> 'closed'
        -- What a pretender opened is not the sender's.
        and (select coalesce(authenticity, 'verified') <> 'unverified'
          from messages
          where messages.request_id = requests.id
          order by messages.id
          limit 1)
      order by last_message_at desc, id desc
      limit ${MAX_OF_SENDER})
    ), followed as (
      select led.by, led.cited, led.rank, led.place, requests.id, requests.merged_into
      from led
      join requests on requests.id = led.request_id
      union all
      select followed.by, followed.cited, followed.rank, followed.place, requests.id, requests.merged_into
      from followed
      join requests on requests.id = followed.merged_into
    ), candidate as (
      select followed.rank, followed.place, json_build_object(
        'by', followed.by,
        'cited', followed.cited,
        'requestId', requests.id,
        'contactId', requests.contact_id,
        'status', requests.status,
        'closedAt', extract(epoch from requests.closed_at) * 1000,
        'subject', requests.subject,
        'answeredAt', (
          select extract(epoch from max(deliveries.sent_at)) * 1000
          from deliveries
          where deliveries.request_id = requests.id and followed.rank <= 2),
        'replyTo', coalesce((
          select jsonb_path_query_array(reply_to_addresses, '$[*].address')
          from messages
          where followed.by = 'sender' and messages.request_id = requests.id and kind = 'inbound'
            and author_contact_id = requests.contact_id and steers
          order by messages.id desc
          limit 1), '[]'),
        'senderBelongs', contacts.email = any(${people}::text[]) or exists (
          select from participants
          where participants.request_id = requests.id and participants.email = any(${people}::text[]))) as found
      from followed
      join requests on requests.id = followed.id
      join contacts on contacts.id = requests.contact_id
      where followed.merged_into is null
    )`;
}

/** The sender's latest open requests, among them the one whose answers go where this message's would. */
const MAX_OF_SENDER = 10;

function asCandidate(found: CandidateJson): Candidate {
  return { ...found, closedAt: asDate(found.closedAt), answeredAt: asDate(found.answeredAt) };
}

function asDate(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
