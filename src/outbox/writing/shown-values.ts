import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { ShownValues } from '../../mailboxes/templates/shown-fields.ts';

/** What the contact of a request is shown of its fields. */
export async function findShownValues(db: Queryable, requestId: number): Promise<ShownValues> {
  const [row] = await db<{ shownValues: ShownValues }[]>`
    select ${shownValues(db)} as shown_values from requests where id = ${requestId}`;
  return row?.shownValues ?? {};
}

/** The same of `requests` in a statement, as jsonb: null for each without a value. */
export function shownValues(db: Queryable, requests: Fragment = db`requests`): Fragment {
  return db`(
    select coalesce(jsonb_object_agg(f.key, ${requests}.fields -> f.key), '{}')
    from fields f
    where f.shown_to_contacts and (f.mailbox_id is null or f.mailbox_id = ${requests}.mailbox_id))`;
}
