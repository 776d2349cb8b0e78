import type { Db } from '../../../src/platform/db/connect.ts';
import { insertManyRequests } from '../../support/many-requests.ts';

/** Who has read nearly all that is open, and who has read all of one mailbox but for a few. */
export const READER = 1;
export const READER_OF_ONE = 2;
export const ONE_MAILBOX = 3;
/** Who leads a team and has read nothing. */
export const LEAD = 3;
export const LED_TEAM = 3;
/** A rule that acted on a fifth of the desk, nothing urgent among it. */
export const RULE = 7;

/**
 * A desk of three years: of each 25 requests one with a clock, half of those breached; of 40 one with fields; a rule that has acted
 * on 19 of 100; and operators with nearly nothing left to read, which is what is dearest to look for.
 */
export async function fillListsDesk(db: Db, many: number): Promise<void> {
  await insertManyRequests(db, many, { every: `${(3 * 365 * 86_400) / many} seconds` });
  await addPeculiarities(db);
}

export async function addPeculiarities(db: Db): Promise<void> {
  await db`
    insert into events (type, mailbox_id, request_id, actor_kind, new, at)
    select 'rule.applied', mailbox_id, id, 'system', ${db.json({ ruleId: RULE })}, created_at
    from requests
    where id % 5 = 0 and id % 100 <> 95`;
  await db`
    insert into read_marks (operator_id, request_id, message_id, at, behind)
    select reader, request_id, max(messages.id), now(), false
    from messages
    join requests on requests.id = request_id
    cross join lateral (values
      (${READER}::bigint, requests.status <> 'closed'),
      (${READER_OF_ONE}::bigint, requests.mailbox_id = ${ONE_MAILBOX})) as readers (reader, has_read)
    where has_read and request_id % 997 <> 0
    group by reader, request_id`;
  await db`
    insert into escalations (request_id, operator_id, by_operator_id, reason, at)
    select id, 1, 2, 'Lost', now() - id * interval '1 second' from requests where status <> 'closed' and id % 10 = 6`;
  await db`
    insert into attachments (message_id, name, content_type, size, content, created_at)
    select id, 'label.pdf', 'application/pdf', 1, 'x', now() from messages where id % 1000 = 0`;
  await db`insert into team_members (team_id, operator_id, leads) values (${LED_TEAM}, ${LEAD}, true)`;
  // As it would have been long since: only of pages that it has seen does an index alone tell which rows are there.
  await db`vacuum (analyze)`;
}
