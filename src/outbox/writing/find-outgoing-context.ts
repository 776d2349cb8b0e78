import type { Address } from '../../mail/parsed-mail.ts';
import type { Language } from '../../mail/language.ts';
import type { ShownValues } from '../../mailboxes/templates/shown-fields.ts';
import type { MailboxTemplate, NoticeKind, Quoting } from '../../mailboxes/mailbox.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import { Problem } from '../../platform/problems.ts';
import type { LastInbound, OutgoingContext } from './outgoing-context.ts';
import { shownValues } from './shown-values.ts';

type ContextRow = {
  requestId: number;
  subject: string;
  shownValues: ShownValues;
  replyTag: string;
  mailboxId: number;
  mailboxAddress: string;
  mailboxName: string;
  mailboxLanguage: Language;
  notices: NoticeKind[];
  templates: MailboxTemplate[];
  askForRating: boolean;
  quoting: Quoting;
  signature: string;
  contactId: number;
  contactEmail: string;
  contactName: string;
  contactLanguage: Language | null;
  mailLanguage: Language | null;
  noticesAllowed: boolean;
  threadIds: string[] | null;
  lastFromContact: LastInbound | null;
  lastInbound: LastInbound | null;
  replyTo: Address[] | null;
  copies: Address[] | null;
  ignored: string[] | null;
};

/**
 * What composing a message of a request needs, in one round trip. The caller holds the request's lock, so that it is
 * there.
 */
export async function findOutgoingContext(tx: Queryable, requestId: number): Promise<OutgoingContext> {
  const [row] = await tx<ContextRow[]>`
    select requests.id as request_id, requests.subject, requests.reply_tag,
      ${shownValues(tx)} as shown_values,
      mailboxes.id as mailbox_id, mailboxes.address as mailbox_address, mailboxes.name as mailbox_name,
      mailboxes.language as mailbox_language, mailboxes.notices, mailboxes.ask_for_rating, mailboxes.quoting,
      mailboxes.signature,
      (select coalesce(json_agg(json_build_object('kind', kind, 'language', language, 'text', text, 'html', html,
        'enabled', enabled)), '[]')
      from templates
      where templates.mailbox_id = mailboxes.id) as templates,
      contacts.id as contact_id, contacts.email as contact_email, contacts.name as contact_name,
      settings.language as contact_language, last_from_contact.language as mail_language,
      not coalesce(settings.blocked, false) and (coalesce(settings.trusted, false)
        or coalesce(last_from_contact.authenticity, 'verified') <> 'unverified')
        and coalesce(last_from_contact.answerable, true) as notices_allowed,
      (select array_agg(internet_message_id order by messages.id)
      from messages
      where messages.request_id = requests.id and internet_message_id is not null
        and kind in ('inbound', 'outbound')) as thread_ids,
      case when last_from_contact.id is not null then last_from_contact.mail end as last_from_contact,
      case when last_inbound.id is not null then last_inbound.mail end as last_inbound,
      (select reply_to_addresses
      from messages
      where request_id = requests.id and kind = 'inbound' and author_contact_id = requests.contact_id and steers
      order by id desc
      limit 1) as reply_to,
      copies.addresses as copies, copies.ignored
    from requests
    join mailboxes on mailboxes.id = requests.mailbox_id
    join contacts on contacts.id = requests.contact_id
    left join contact_settings as settings
      on settings.contact_id = contacts.id and settings.mailbox_id = mailboxes.id
    left join lateral (
      select id, authenticity, answerable, language, ${inboundMail(tx)} as mail
      from messages
      where request_id = requests.id and kind = 'inbound' and author_contact_id = requests.contact_id
      order by id desc
      limit 1) as last_from_contact on true
    left join lateral (
      select id, ${inboundMail(tx)} as mail
      from messages
      where request_id = requests.id and kind = 'inbound'
      order by id desc
      limit 1) as last_inbound on true
    left join lateral (
      select jsonb_build_array(from_address) || to_addresses || cc_addresses as addresses, ignored_recipients as ignored
      from messages
      where request_id = requests.id and kind = 'inbound' and steers
      order by id desc
      limit 1) as copies on true
    where requests.id = ${requestId}`;
  if (row === undefined) throw new Problem('not_found', `There is no request ${requestId}.`);
  return {
    requestId: row.requestId,
    subject: row.subject,
    shownValues: row.shownValues,
    replyTag: row.replyTag,
    mailbox: {
      id: row.mailboxId,
      address: row.mailboxAddress,
      name: row.mailboxName,
      language: row.mailboxLanguage,
      notices: row.notices,
      templates: row.templates,
      askForRating: row.askForRating,
      quoting: row.quoting,
      signature: row.signature,
    },
    contact: {
      id: row.contactId,
      email: row.contactEmail,
      name: row.contactName,
      language: row.contactLanguage,
    },
    mailLanguage: row.mailLanguage,
    noticesAllowed: row.noticesAllowed,
    lastFromContact: row.lastFromContact,
    lastInbound: row.lastInbound,
    replyTo: row.replyTo ?? [],
    copies: (row.copies ?? []).filter(({ address }) => row.ignored?.includes(address) !== true),
    threadIds: row.threadIds ?? [],
  };
}

function inboundMail(tx: Queryable): ReturnType<Queryable> {
  return tx`json_build_object('id', messages.id, 'subject', messages.subject,
    'internetMessageId', internet_message_id, 'inReplyTo', in_reply_to, 'references', reference_ids)`;
}
