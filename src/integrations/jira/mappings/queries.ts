import { json, type Queryable, type Transaction } from '../../../platform/db/connect.ts';
import type { Mapping } from './mapping.ts';

const columns = (db: Queryable) => db`
  mailbox_id, connection_id, always, project_key, board, issue_type_id, issue_type, fields, priorities, labels, category_label,
  names_contact, names_reporter, copies_watch, attachments, watchers, tells, hears, verbs, close_to`;

export async function findMappingRow(db: Queryable, mailboxId: number): Promise<Mapping | null> {
  const [row] = await db<Mapping[]>`select ${columns(db)} from jira_mappings where mailbox_id = ${mailboxId}`;
  return row ?? null;
}

export async function listMappingRows(db: Queryable): Promise<Mapping[]> {
  return db<Mapping[]>`select ${columns(db)} from jira_mappings order by mailbox_id`;
}

export async function upsertMapping(tx: Transaction, mapping: Mapping, at: Date): Promise<void> {
  await tx`
    insert into jira_mappings as m
      (${columns(tx)}, since, looked_at, updated_at)
    values (${mapping.mailboxId}, ${mapping.connectionId}, ${mapping.always}, ${mapping.projectKey}, ${mapping.board},
      ${mapping.issueTypeId}, ${mapping.issueType}, ${json(tx, mapping.fields)}, ${json(tx, mapping.priorities)},
      ${mapping.labels}::text[], ${mapping.categoryLabel}, ${mapping.namesContact}, ${mapping.namesReporter},
      ${mapping.copiesWatch}, ${mapping.attachments}, ${mapping.watchers}::text[], ${mapping.tells}, ${mapping.hears},
      ${json(tx, mapping.verbs)}, ${mapping.closeTo}, ${at}, ${at}, ${at})
    on conflict (mailbox_id) do update
    set connection_id = excluded.connection_id, always = excluded.always, project_key = excluded.project_key,
      board = excluded.board, issue_type_id = excluded.issue_type_id, issue_type = excluded.issue_type,
      fields = excluded.fields, priorities = excluded.priorities, labels = excluded.labels,
      category_label = excluded.category_label, names_contact = excluded.names_contact,
      names_reporter = excluded.names_reporter, copies_watch = excluded.copies_watch,
      attachments = excluded.attachments, watchers = excluded.watchers, tells = excluded.tells, hears = excluded.hears,
      verbs = excluded.verbs, close_to = excluded.close_to, updated_at = excluded.updated_at,
      -- What was opened while it was off stays out.
      since = case when m.always then m.since else excluded.since end`;
}

export async function deleteMapping(tx: Transaction, mailboxId: number): Promise<boolean> {
  const rows = await tx`delete from jira_mappings where mailbox_id = ${mailboxId} returning mailbox_id`;
  return rows.length > 0;
}
