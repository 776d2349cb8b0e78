import type { Queryable } from '../platform/db/connect.ts';

/** The columns of a `Mailbox`, from `mailboxes m`. */
export const mailboxColumns = (db: Queryable) => db`
  m.id, m.address, m.name, m.source, m.language, m.thread_by, m.reopen_days, m.notices, m.ask_for_rating, m.offers_form, m.quoting,
  m.auto_close_days, m.notices_per_hour, m.silence_minutes, m.signature, m.aliases, m.group_addresses, m.form_senders, m.allowed_senders, m.denied_senders,
  m.copies, m.authenticity, m.tenant_domains, m.accept_since`;

/** What intake needs besides, from `mailboxes m`: the notices that a mailbox words itself, and which rules it keeps. */
export const intakeColumns = (db: Queryable) => db`
  m.rules_version, (select coalesce(json_agg(json_build_object('kind', t.kind, 'language', t.language, 'text', t.text, 'html', t.html,
    'enabled', t.enabled)), '[]')
  from templates t
  where t.mailbox_id = m.id) as templates`;
