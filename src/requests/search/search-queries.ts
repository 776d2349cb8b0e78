import type { Db } from '../../platform/db/connect.ts';

/** How many entries at once: a message that changes one of them waits hardly a moment. */
const BATCH = 200;

/**
 * Rewrites some entries with the words of an older version. Entries that are being written are left out, because they
 * are written in the current version.
 */
export async function rewriteOldWords(db: Db): Promise<{ rewritten: number; more: boolean }> {
  const rows = await db`
    with outdated as (
      select request_id, message_id, attachment_id
      from search_entries
      where version < search_version()
      order by version
      limit ${BATCH}
      for update skip locked
    )
    update search_entries
    set version = search_version(),
      words = coalesce(
        case
          when search_entries.attachment_id > 0 then (
            select search_words(attachments.name) from attachments where attachments.id = search_entries.attachment_id)
          when search_entries.message_id > 0 then (
            select message_words(messages.subject, case messages.direction when 'in' then messages.from_address end, messages.text)
            from messages
            where messages.id = search_entries.message_id)
          else (
            select request_words(requests.subject, requests.contact_id, requests.fields)
            from requests
            where requests.id = search_entries.request_id)
        end,
        -- Deleted meanwhile; its entry goes with it.
        search_entries.words)
    from outdated
    where search_entries.request_id = outdated.request_id
      and search_entries.message_id = outdated.message_id
      and search_entries.attachment_id = outdated.attachment_id
    returning 1`;
  if (rows.length > 0) return { rewritten: rows.length, more: true };
  const [left] = await db<{ more: boolean }[]>`
    select exists (select from search_entries where version < search_version()) as more`;
  return { rewritten: 0, more: left?.more ?? false };
}
