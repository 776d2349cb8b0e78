import { type Db, type Fragment, type Queryable } from '../../platform/db/connect.ts';
import type { MailToCompose } from '../../mail/outgoing/compose-mail.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import { type DeliveryKind, PRIORITIES, type RecipientRole, type RecipientState } from '../delivery.ts';
import type { DeskMail } from '../desk-mail/desk-mail.ts';
import { transportsAsOf } from '../accounts/transport-queries.ts';
import type { Served } from '../accounts/transports.ts';

export type DueWork = {
  /** A sign-in link is due that no other account has taken: it does not wait for a rest to be over. */
  readonly urgent: boolean;
  readonly due: boolean;
  readonly pausedUntil: Date | null;
  readonly pausedSince: Date | null;
  readonly pauseFailures: number;
};

/** The cheap look of every second: is anything due, and may this account send? */
export async function findDueWork(
  db: Db,
  { account, serves }: Pick<Claim, 'account' | 'serves'>,
  now: Date,
): Promise<DueWork> {
  const isDue = (priorities: readonly number[], forMs: number) => db`
    exists (
      select from deliveries
      where priority = any(${[...priorities]}::smallint[]) and state in ('queued', 'held', 'deferred')
        and next_attempt_at <= ${new Date(now.getTime() - forMs)} and ${isServed(db, serves)}
    )`;
  const [row] = await db<DueWork[]>`
    select
      ${isDue(PRIORITY_ORDER, 0)} as due, ${isDue([PRIORITIES.signIn], URGENT_AFTER_MS)} as urgent,
      pause.until as paused_until, pause.since as paused_since, coalesce(pause.failures, 0) as pause_failures
    from (select) one
      left join sending_pauses pause on pause.account = ${account}`;
  if (row === undefined) throw new Error('A left join of one row gives a row');
  return row;
}

/** How long a resting account leaves a sign-in link to others before it tries itself. */
const URGENT_AFTER_MS = 5000;

/** A reply does not wait longer for a notice: a server that answers at all has answered by then. */
const FIRST_TRY_MS = 10_000;

const PRIORITY_ORDER = Object.values(PRIORITIES).toSorted((a, b) => a - b);

// A message that any mailbox may send can leave by every account that has a mailbox, and by the one of the environment: when
// each mailbox has its own, an alarm about one that is broken must have a way out.
function isServed(db: Queryable, serves: Served): ReturnType<Queryable> {
  return db`(${isOwn(db, db`mailbox_id`, serves)}
    or mailbox_id is null and exists (
      select from mailboxes where ${'except' in serves ? db`true` : isOwn(db, db`mailboxes.id`, serves)}))`;
}

function isOwn(db: Queryable, column: ReturnType<Queryable>, serves: Served): ReturnType<Queryable> {
  return 'only' in serves
    ? db`${column} = any(${[...serves.only]}::bigint[])`
    : db`${column} <> all(${[...serves.except]}::bigint[])`;
}

export type ClaimedRecipient = {
  readonly position: number;
  readonly address: string;
  readonly role: RecipientRole;
};

export type ClaimedDelivery = Omit<MailToCompose, 'date' | 'signature' | 'quoted' | 'attachments'> & {
  readonly id: number;
  readonly attemptId: number;
  readonly attemptCount: number;
  /** There was an earlier attempt, whether it counted or not. */
  readonly isRepeat: boolean;
  readonly draftId: string | null;
  readonly traceparent: string | null;
  /** Null for a message of the desk's own, as is `requestId`. */
  readonly messageId: number | null;
  readonly requestId: number | null;
  /** The mailbox it comes from. */
  readonly mailboxId: number;
  readonly kind: DeliveryKind | 'desk';
  readonly priority: number;
  readonly createdAt: Date;
  /** A reply to what nobody has answered yet. */
  readonly answers: boolean;
  readonly mailboxAddress: string;
  readonly signature: string;
  /** What a message of the desk's own is composed of; times inside are text. */
  readonly desk: (Omit<DeskMail, 'worthUntil' | 'to'> & { readonly worthUntil: string }) | null;
  /** Null without attachments; an attachment may be empty. */
  readonly attachedBytes: number | null;
  readonly quoted: { readonly from: Address | null; readonly at: string; readonly text: string } | null;
  /** The recipients to send to: neither accepted nor finally refused. */
  readonly waiting: readonly ClaimedRecipient[];
  /** The states of the other recipients after earlier attempts. */
  readonly settledStates: readonly { readonly role: RecipientRole; readonly state: RecipientState }[];
};

export type Claim = {
  readonly owner: string;
  readonly account: string;
  /** The mailboxes that the account sends for. */
  readonly serves: Served;
  /** The accounts as they were read; nothing is claimed when they have changed since. */
  readonly asOf?: string | undefined;
  readonly now: Date;
  readonly leaseUntil: Date;
  readonly limit: number;
  /** The day's limit is reached: only sign-in links are claimed. */
  readonly urgentOnly: boolean;
  /** Recipients that may still be addressed today, or null without a limit. */
  readonly budget: number | null;
  /**
   * Nothing has left today. A message to more people than a day allows is then claimed alone; otherwise it and all
   * behind it would wait for ever.
   */
  readonly unused: boolean;
};

/**
 * In characters: a quoted message of 20 MB would be in the text and the HTML of every answer, and no server accepts
 * that.
 */
const MAX_QUOTED = 100_000;

/**
 * Leases up to `limit` due deliveries, opens an attempt for each, and returns all that composing needs: one round trip.
 * They go by priority, then by when they became due. A reply waits for earlier replies of its request as long as one of
 * their To recipients is unsettled, and for the first try of earlier notices; a notice waits for earlier notices until
 * they are settled. A sign-in link waits neither for an account that rests nor for the next day, because whoever is to
 * mend that could not sign in.
 */
export async function claimDeliveries(db: Queryable, claim: Claim): Promise<readonly ClaimedDelivery[]> {
  const { now } = claim;
  const restsFor = new Date(now.getTime() - URGENT_AFTER_MS);
  const due = (priority: number) => db`
    select d.id, d.priority, d.next_attempt_at
    from deliveries d
    where d.priority = ${priority} and d.state in ('queued', 'held', 'deferred') and d.next_attempt_at <= ${now}
      and ${isServed(db, claim.serves)} and not d.on_page
      and not exists (
        select from deliveries earlier
          join delivery_recipients r on r.delivery_id = earlier.id and r.role = 'to' and r.state = 'waiting'
        where earlier.request_id = d.request_id and earlier.id < d.id
          and earlier.state in ('queued', 'held', 'sending', 'deferred')
          and (d.kind = 'notice' or earlier.kind = 'reply' or ${isFirstTry(db, now)})
        offset 0 -- Asked of one delivery after the other; as a join it would be made with all that wait.
      )
      and (d.priority = ${PRIORITIES.signIn} and d.next_attempt_at <= ${restsFor}
        or not exists (select from sending_pauses where account = ${claim.account} and until > ${now}))
    order by d.next_attempt_at, d.id`;
  const turns = (claim.urgentOnly ? [PRIORITIES.signIn] : PRIORITY_ORDER).map((priority) => ({
    name: db.unsafe(`turn_${priority}`) as Fragment,
    priority,
  }));
  // One list per priority: the index then returns only the due rows and skips the others.
  const lists = turns.map(({ name, priority }, place) => {
    const taken = turns.slice(0, place).map((turn) => db`- (select count(*) from ${turn.name})`);
    return db`${name} as (${due(priority)} limit ${claim.limit}::bigint ${joined(db, taken, db``)} for update of d skip locked)`;
  });
  return await db<ClaimedDelivery[]>`
    with ${joined(db, lists, db`,`)}, candidates as (
      select picked.id, picked.priority,
        row_number() over (order by picked.priority, picked.next_attempt_at, picked.id) as place,
        sum((select count(*) from delivery_recipients r where r.delivery_id = picked.id and r.state = 'waiting'))
          over (order by picked.priority, picked.next_attempt_at, picked.id) as recipients
      from (${joined(
        db,
        turns.map(({ name }) => db`select * from ${name}`),
        db`union all`,
      )}) picked
    ), claimed as (
      update deliveries
      set state = 'sending', lease_owner = ${claim.owner}, lease_until = ${claim.leaseUntil}, next_attempt_at = null,
        account = ${claim.account}
      -- An array and not a join, which would be planned for a tenth of all that wait and read every delivery.
      where id = any(array(
          select id from candidates where ${claim.budget}::bigint is null or recipients <= ${claim.budget}::bigint
            or priority = ${PRIORITIES.signIn} or place = 1 and ${claim.unused}))
        ${claim.asOf === undefined ? db`` : db`and ${transportsAsOf(db)} = ${claim.asOf}`}
      returning deliveries.*
    ), attempts as (
      insert into delivery_attempts (delivery_id, lease_owner, at)
      select id, ${claim.owner}, ${now} from claimed
      returning id, delivery_id
    )
    select claimed.id, attempts.id as attempt_id, claimed.attempt_count, claimed.message_id, claimed.request_id,
      mailboxes.id as mailbox_id, claimed.kind, claimed.priority, claimed.created_at,
      claimed.draft_id, claimed.traceparent,
      exists (select from delivery_attempts earlier where earlier.delivery_id = claimed.id) as is_repeat,
      claimed.kind = 'reply' and (requests.first_response_at is null or requests.asked_at > coalesce(requests.answered_at, '-infinity')) as answers,
      mailboxes.address as mailbox_address, coalesce(claimed.language, mailboxes.language) as language, claimed.signature,
      coalesce(messages.from_address, jsonb_build_object('name', mailboxes.name, 'address', mailboxes.address)) as "from",
      coalesce(messages.to_addresses, people.everybody) as "to", coalesce(messages.cc_addresses, '[]') as cc,
      coalesce(messages.reply_to_addresses, '[]') as reply_to, coalesce(messages.subject, '') as subject,
      coalesce(messages.text, '') as text, messages.html,
      coalesce(messages.internet_message_id, desk_mails.internet_message_id) as internet_message_id,
      coalesce(messages.in_reply_to, '{}') as in_reply_to, coalesce(messages.reference_ids, '{}') as "references",
      case when claimed.kind = 'desk' then jsonb_build_object('kind', desk_mails.kind, 'aboutId', desk_mails.about_id,
        'subject', desk_mails.subject, 'text', desk_mails.text, 'worthUntil', desk_mails.worth_until) end as desk,
      (select sum(size)::bigint from attachments where attachments.message_id = messages.id) as attached_bytes,
      (
        select jsonb_build_object('from', quoted.from_address, 'at', quoted.created_at,
          'text', case when length(words.said) > ${MAX_QUOTED}
          then left(words.said, ${MAX_QUOTED}) || E'\n\n[…]' else words.said end)
        from messages quoted
          cross join lateral (
            select case claimed.quoting when 'full' then quoted.text else quoted.visible_text end as said) words
        where quoted.id = claimed.quoted_message_id and quoted.kind = 'inbound' and claimed.quoting <> 'none'
      ) as quoted,
      people.waiting, people.settled_states
    from claimed
      join attempts on attempts.delivery_id = claimed.id
      left join messages on messages.id = claimed.message_id
      left join requests on requests.id = claimed.request_id
      left join desk_mails on desk_mails.delivery_id = claimed.id
      join mailboxes on mailboxes.id = coalesce(claimed.mailbox_id,
        (select min(mailboxes.id) from mailboxes where ${isOwn(db, db`mailboxes.id`, claim.serves)}),
        (select min(mailboxes.id) from mailboxes))
      cross join lateral (
        select
          coalesce(jsonb_agg(jsonb_build_object('position', r.position, 'address', r.address, 'role', r.role)
            order by r.position) filter (where r.state = 'waiting'), '[]') as waiting,
          coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'state', r.state))
            filter (where r.state <> 'waiting'), '[]') as settled_states,
          jsonb_agg(jsonb_build_object('name', r.name, 'address', r.address) order by r.position) as everybody
        from delivery_recipients r where r.delivery_id = claimed.id
      ) people
    order by claimed.priority, claimed.id`;
}

/**
 * Whether `earlier`, a notice, may leave right now or is leaving. The reply after it waits for that one try, so that nobody
 * reads "is now working on it" below the answer; it does not wait for one that failed, hangs, or comes after one that failed.
 */
function isFirstTry(db: Queryable, now: Date): Fragment {
  const since = new Date(now.getTime() - FIRST_TRY_MS);
  return db`(earlier.attempt_count = 0 and earlier.mailbox_id = d.mailbox_id and (
    earlier.state = 'queued' and earlier.priority = d.priority and earlier.next_attempt_at <= ${now} and not exists (
      select from deliveries failing
      where failing.request_id = d.request_id and failing.id < earlier.id and failing.state = 'deferred'
    )
    or earlier.state = 'sending' and exists (
      select from delivery_attempts a where a.delivery_id = earlier.id and a.ended_at is null and a.at > ${since}
    )))`;
}

function joined(db: Queryable, parts: readonly Fragment[], between: Fragment): Fragment {
  return parts.reduce((all, part, place) => (place === 0 ? part : db`${all} ${between} ${part}`), db``);
}
