import type { Queryable } from '../../platform/db/connect.ts';
import type { RequestStatus } from '../../requests/request.ts';
import type { ThreadQuestion } from './thread-question.ts';
import type { Candidate } from './thread.ts';

export type ThreadReading = {
  readonly candidates: readonly Candidate[];
  /** Our own outgoing message has the Message-ID that this mail carries. */
  readonly ownRequestId: number | null;
  readonly isOwnId: boolean;
  readonly blocked: boolean;
  readonly trusted: boolean;
  readonly language: 'en' | 'ru' | null;
  /** Requests that this contact opened here within the last hour. */
  readonly openedLastHour: number;
};

type CandidateRow = {
  by: Candidate['by'] | 'own' | 'contact';
  cited: string | null;
  requestId: number | null;
  contactId: number | null;
  status: RequestStatus | null;
  closedAt: Date | null;
  subject: string | null;
  senderBelongs: boolean | null;
  blocked: boolean | null;
  trusted: boolean | null;
  language: 'en' | 'ru' | null;
  openedLastHour: number | null;
};

/**
 * Everything that threading and the caps need to know, in one round trip. Must run after the contact is locked, in a
 * statement of its own: only then does its snapshot hold what the mail before this one committed.
 */
export async function readThread(tx: Queryable, mail: ThreadQuestion): Promise<ThreadReading> {
  const hourAgo = new Date(mail.at.getTime() - 3_600_000);
  const citedIds = mail.citedIds as string[];
  const rows = await tx<CandidateRow[]>`
    with recursive led as (
      select 'token' as by, internet_message_id as cited, request_id, 1 as rank
      from messages
      where direction = 'out' and internet_message_id = any(${citedIds}::text[]) and mailbox_id = ${mail.mailboxId}
      union all
      select 'reply_address', null, id, 2
      from requests
      where reply_tag = any(${mail.replyTags as string[]}::text[]) and mailbox_id = ${mail.mailboxId}
      union all
      select 'references', internet_message_id, request_id, 3
      from messages
      where direction = 'in' and internet_message_id = any(${citedIds}::text[]) and mailbox_id = ${mail.mailboxId}
      union all
      (select 'gmail_thread', null, request_id, 4
      from messages
      where mailbox_id = ${mail.mailboxId} and source_thread_id = ${mail.sourceThreadId}
      order by id desc
      limit 1)
      union all
      (select 'sender', null, id, 5
      from requests
      where contact_id = ${mail.contactId} and mailbox_id = ${mail.mailboxId} and status <> 'closed'
        and (select coalesce(authenticity, 'verified') <> 'unverified'
          from messages
          where messages.request_id = requests.id
          order by messages.id
          limit 1)
      order by last_message_at desc, id desc
      limit 1)
    ), followed as (
      select led.by, led.cited, led.rank, requests.id, requests.merged_into
      from led
      join requests on requests.id = led.request_id
      union all
      select followed.by, followed.cited, followed.rank, requests.id, requests.merged_into
      from followed
      join requests on requests.id = followed.merged_into
    )
    select followed.by, followed.cited, requests.id as request_id, requests.contact_id, requests.status,
      requests.closed_at, requests.subject,
      contacts.email = ${mail.senderEmail} or exists (
        select from participants
        where participants.request_id = requests.id and participants.email = ${mail.senderEmail}) as sender_belongs,
      null::boolean as blocked, null::boolean as trusted, null::text as language, null::int as opened_last_hour,
      followed.rank
    from followed
    join requests on requests.id = followed.id
    join contacts on contacts.id = requests.contact_id
    where followed.merged_into is null
    union all
    (select 'own', null, request_id, null, null, null, null, null, null, null, null, null, 6
    from messages
    where direction = 'out' and internet_message_id = ${mail.internetMessageId}
    limit 1)
    union all
    select 'contact', null, null, null, null, null, null, null,
      coalesce(settings.blocked, false), coalesce(settings.trusted, false), settings.language,
      (select count(*)::int
      from requests
      where contact_id = ${mail.contactId} and mailbox_id = ${mail.mailboxId} and created_at > ${hourAgo}),
      7
    from (select) as one
    left join contact_settings as settings
      on settings.contact_id = ${mail.contactId} and settings.mailbox_id = ${mail.mailboxId}
    order by rank`;
  const contact = rows.find((row) => row.by === 'contact');
  const own = rows.find((row) => row.by === 'own');
  return {
    candidates: rows.flatMap(asCandidate),
    ownRequestId: own?.requestId ?? null,
    isOwnId: own !== undefined,
    blocked: contact?.blocked ?? false,
    trusted: contact?.trusted ?? false,
    language: contact?.language ?? null,
    openedLastHour: contact?.openedLastHour ?? 0,
  };
}

function asCandidate(row: CandidateRow): Candidate[] {
  if (row.by === 'own' || row.by === 'contact') return [];
  if (row.requestId === null || row.contactId === null || row.status === null) return [];
  return [
    {
      by: row.by,
      cited: row.cited,
      requestId: row.requestId,
      contactId: row.contactId,
      status: row.status,
      closedAt: row.closedAt,
      subject: row.subject ?? '',
      senderBelongs: row.senderBelongs ?? false,
    },
  ];
}
