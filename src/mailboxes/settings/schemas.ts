import { z } from '@hono/zod-openapi';
import { mailAddress } from '../../people/contacts/mail-address-schema.ts';
import { id, listOf, text, time, timeParameter } from '../../platform/http/schemas.ts';
import { addressOrDomain } from '../../mail/headers/recipient-address.ts';
import { NOTICE_KINDS } from '../mailbox.ts';
import { LANGUAGES } from '../../mail/language.ts';
import type { MailboxRow } from './queries.ts';

const name = text(100, 1)
  .refine((value) => value.trim() !== '' && !/\p{Cc}/u.test(value), 'must be one line of text')
  .transform((value) => value.trim())
  .openapi({ example: 'Example Support' });

const listEntry = text(320, 1).transform((value, context) => {
  const entry = addressOrDomain(value);
  if (entry !== null) return entry;
  context.addIssue({ code: 'custom', message: 'must be an email address or a domain' });
  return z.NEVER;
});

const settings = {
  name,
  language: z
    .enum(LANGUAGES)
    .openapi({ description: 'The language of notices to contacts whose language is unknown.' }),
  threadBy: z.enum(['sender', 'conversation']).openapi({
    description: "sender: a new message joins its sender's open request; conversation: only answers do.",
  }),
  reopenDays: z.int().min(0).max(365).openapi({
    description: 'How long an answer to a closed request reopens it; 0: it opens a new one.',
  }),
  notices: z.array(z.enum(NOTICE_KINDS)).max(NOTICE_KINDS.length).openapi({
    description: 'The notices that are sent.',
  }),
  askForRating: z.boolean().openapi({
    description: 'The closing notice asks with a link whether it was helpful. Defaults to true.',
  }),
  offersForm: z.boolean().openapi({
    description:
      'Visitors find a form at `/ask/` and its address; what they write is filed once they have confirmed their own, at most five ' +
      'an hour for an address and twenty from a network (/24, or /64 of IPv6). Defaults to false.',
  }),
  quoting: z.enum(['full', 'last', 'none']).openapi({
    description:
      "What an answer quotes of the contact's latest message: all of it, only what was new in it, or nothing.",
  }),
  autoCloseDays: z.int().min(1).max(365).nullable().openapi({
    description: 'Days after which a resolved request closes automatically, with its notice; null: never.',
  }),
  noticesPerHour: z.int().min(1).max(1_000_000).nullable().openapi({
    description: 'The most automatic messages in an hour, against loops. Null means no cap.',
  }),
  silenceMinutes: z.int().min(16).max(10_080).openapi({
    description:
      'How long the relay may be silent before the admins are alerted; it reports every ten minutes.',
  }),
  signature: text(2000).openapi({ description: "Below each answer, after the operator's own; plain text." }),
  aliases: z.array(mailAddress).max(100).openapi({
    description: 'Further addresses whose email reaches this mailbox; no answer is copied to them.',
  }),
  groupAddresses: z.array(mailAddress).max(100).openapi({
    description: 'Google Groups in front of the mailbox.',
  }),
  formSenders: z.array(listEntry).max(100).openapi({
    description: 'Addresses or domains of web forms: the contact is whoever Reply-To names.',
  }),
  allowedSenders: z.array(listEntry).max(1000).openapi({
    description: 'Addresses or domains; empty: everybody. Email from others waits in quarantine.',
  }),
  deniedSenders: z.array(listEntry).max(1000).openapi({
    description: 'Addresses or domains whose email waits in quarantine.',
  }),
  copies: z.enum(['file', 'quarantine']).openapi({
    description: 'What happens to email that names the mailbox only in Cc, or nowhere.',
  }),
  authenticity: z.enum(['receiver', 'none']).openapi({
    description:
      'receiver: trust what the receiving server says about senders; none: do not, because a filter in front of it hides them.',
  }),
  tenantDomains: z.array(listEntry).max(100).openapi({
    description: 'Domains of the organisation, whose people send internal email. For Microsoft 365.',
  }),
};

export const mailboxSchema = z
  .object({
    id,
    address: z.string().openapi({ example: 'support@example.com' }),
    name: z.string().openapi({ example: 'Example Support' }),
    source: z
      .string()
      .openapi({ description: 'The source of its email, such as `gmail` or `microsoft`.', example: 'gmail' }),
    language: settings.language,
    threadBy: settings.threadBy,
    reopenDays: settings.reopenDays,
    notices: settings.notices,
    askForRating: settings.askForRating,
    offersForm: settings.offersForm,
    quoting: settings.quoting,
    autoCloseDays: settings.autoCloseDays,
    noticesPerHour: settings.noticesPerHour,
    silenceMinutes: settings.silenceMinutes,
    signature: settings.signature,
    aliases: z
      .array(z.string())
      .openapi({ description: 'Further addresses whose email reaches this mailbox.' }),
    suggestedAliases: z.array(z.string()).openapi({
      description:
        'Addresses through which email reached this mailbox. Add them to `aliases` to make them aliases.',
    }),
    groupAddresses: z.array(z.string()).openapi({ description: 'Google Groups in front of the mailbox.' }),
    formSenders: z.array(z.string()).openapi({ description: 'Addresses or domains of web forms.' }),
    allowedSenders: z.array(z.string()).openapi({ description: 'Addresses or domains; empty: everybody.' }),
    deniedSenders: z.array(z.string()).openapi({ description: 'Addresses or domains held in quarantine.' }),
    copies: settings.copies,
    authenticity: settings.authenticity,
    tenantDomains: z.array(z.string()).openapi({ description: 'Domains of the organisation itself.' }),
    acceptSince: time.openapi({ description: 'Older email waits in quarantine.' }),
    relay: z
      .object({
        heardAt: time.nullable().openapi({ description: 'null: never.' }),
        version: z.string().nullable().openapi({ example: '1.0.0' }),
        account: z.string().nullable().openapi({ description: 'The Google account it runs in.' }),
        pending: z.int().nullable().openapi({ description: 'Messages that wait to be handed over.' }),
        failed: z.int().nullable().openapi({ description: 'Messages that the relay has given up on.' }),
        runtimeTodaySeconds: z.int().nullable().openapi({ description: 'Seconds.' }),
      })
      .openapi({ description: 'What the relay last reported about itself.' }),
    createdAt: time,
  })
  .openapi('Mailbox');

export const mailboxListSchema = listOf(mailboxSchema).openapi('MailboxList');

export const editMailboxSchema = z
  .strictObject({
    ...settings,
    acceptSince: timeParameter.openapi({ description: 'Older email waits in quarantine.' }),
  })
  .partial()
  .openapi('MailboxSettings');

export const newMailboxSchema = z
  .strictObject({
    address: text(320, 1).openapi({ example: 'support@example.com' }),
    name,
    source: z.string().max(50).optional().openapi({
      description: 'The source of its email, such as `microsoft`. Defaults to `gmail`.',
      example: 'gmail',
    }),
    language: settings.language.optional(),
    threadBy: settings.threadBy.optional(),
    reopenDays: settings.reopenDays.optional(),
  })
  .openapi('NewMailbox');

export const createdMailboxSchema = mailboxSchema
  .extend({ relaySecret: z.string().openapi({ description: 'Shown only once.', example: 'whsec_…' }) })
  .openapi('CreatedMailbox');

/** A mailbox as the interface shows one. */
export function renderMailbox(mailbox: MailboxRow): z.infer<typeof mailboxSchema> {
  return {
    id: mailbox.id,
    address: mailbox.address,
    name: mailbox.name,
    source: mailbox.source,
    language: mailbox.language,
    threadBy: mailbox.threadBy,
    reopenDays: mailbox.reopenDays,
    notices: [...mailbox.notices],
    askForRating: mailbox.askForRating,
    offersForm: mailbox.offersForm,
    quoting: mailbox.quoting,
    autoCloseDays: mailbox.autoCloseDays,
    noticesPerHour: mailbox.noticesPerHour,
    silenceMinutes: mailbox.silenceMinutes,
    signature: mailbox.signature,
    aliases: [...mailbox.aliases],
    suggestedAliases: [...mailbox.suggestedAliases],
    groupAddresses: [...mailbox.groupAddresses],
    formSenders: [...mailbox.formSenders],
    allowedSenders: [...mailbox.allowedSenders],
    deniedSenders: [...mailbox.deniedSenders],
    copies: mailbox.copies,
    authenticity: mailbox.authenticity,
    tenantDomains: [...mailbox.tenantDomains],
    acceptSince: mailbox.acceptSince.toISOString(),
    relay: {
      heardAt: mailbox.relayHeardAt?.toISOString() ?? null,
      version: mailbox.relayVersion,
      account: mailbox.relayAccount,
      pending: mailbox.relayPending,
      failed: mailbox.relayFailed,
      runtimeTodaySeconds: mailbox.relayRuntimeTodaySeconds,
    },
    createdAt: mailbox.createdAt.toISOString(),
  };
}
