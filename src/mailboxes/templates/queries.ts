import type { Queryable } from '../../platform/db/connect.ts';
import type { NoticeKind } from '../mailbox.ts';
import type { Language } from '../../mail/language.ts';
import type { ShownField } from './shown-fields.ts';

export type TemplateRow = {
  readonly kind: NoticeKind;
  readonly language: Language;
  readonly text: string;
  readonly html: string | null;
  readonly enabled: boolean;
  readonly updatedAt: Date;
};

/** A mailbox's own templates. */
export async function listTemplateRows(db: Queryable, mailboxId: number): Promise<readonly TemplateRow[]> {
  return await db<TemplateRow[]>`
    select kind, language, text, html, enabled, updated_at
    from templates
    where mailbox_id = ${mailboxId}`;
}

/** The fields whose values a mailbox's contacts are shown: the desk's, then its own. */
export async function listShownFields(db: Queryable, mailboxId: number): Promise<readonly ShownField[]> {
  return db<ShownField[]>`
    select key, name,
      coalesce(options[1], case kind when 'number' then '12' when 'date' then '2026-12-24' when 'yes_no' then 'yes' else name end)
        as sample
    from fields
    where shown_to_contacts and (mailbox_id is null or mailbox_id = ${mailboxId})
    order by mailbox_id nulls first, position, id`;
}

export async function upsertTemplate(
  tx: Queryable,
  mailboxId: number,
  row: TemplateRow,
  operatorId: number,
): Promise<void> {
  await tx`
    insert into templates (mailbox_id, kind, language, text, html, enabled, updated_at, updated_by)
    values (${mailboxId}, ${row.kind}, ${row.language}, ${row.text}, ${row.html}, ${row.enabled}, ${row.updatedAt},
      ${operatorId})
    on conflict (mailbox_id, kind, language) do update
    set text = excluded.text, html = excluded.html, enabled = excluded.enabled, updated_at = excluded.updated_at,
      updated_by = excluded.updated_by`;
}

/** True when the mailbox had its own. */
export async function deleteTemplate(
  tx: Queryable,
  mailboxId: number,
  kind: NoticeKind,
  language: Language,
): Promise<boolean> {
  const rows = await tx`
    delete from templates
    where mailbox_id = ${mailboxId} and kind = ${kind} and language = ${language}
    returning kind`;
  return rows.length === 1;
}
