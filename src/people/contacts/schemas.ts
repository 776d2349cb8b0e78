import { z } from '@hono/zod-openapi';
import { id, idParameter, listOf, pageQuery, repeatable, text, time } from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { searchParameter } from '../../platform/lists/search-parameter.ts';
import { CONTACT_SORTS } from './contact-sorts.ts';
import type { Contact } from './contact.ts';

const settings = {
  blocked: z.boolean().openapi({ description: 'Their email goes to quarantine.' }),
  trusted: z
    .boolean()
    .openapi({ description: 'Their email is trusted even if nothing proves where it is from.' }),
  language: z.enum(['en', 'ru']).nullable().openapi({
    description: "The language of notices. null: the language of their email, or else the mailbox's.",
  }),
};

export const contactSchema = z
  .object({
    id,
    email: z.string().openapi({ example: 'carla@customer.example' }),
    name: z.string().openapi({ description: 'Empty if no email gave one.', example: 'Carla Contact' }),
    createdAt: time,
    suppression: z
      .object({
        source: z.enum(['bounce', 'refusal']),
        reason: z.string().openapi({ description: 'What the server said.' }),
        since: time,
        until: time,
      })
      .nullable()
      .openapi({
        description:
          'The address is dead: no notice is sent to it until then. `bounce`: email to it came back, and replies fail at ' +
          'once. `refusal`: our own server refused it; replies are still tried, and one that is accepted ends this. Null ' +
          'when it never was, is so no longer, or was lifted.',
      }),
    mailboxes: z
      .array(
        z.object({
          mailboxId: id,
          ...settings,
          requestCount: z.int().openapi({ description: 'Open and closed.' }),
          openRequestCount: z.int().openapi({ description: 'Those that are not closed.' }),
        }),
      )
      .openapi({
        description: 'The mailboxes that know them by a request or a setting, of those the operator serves.',
      }),
  })
  .openapi('Contact');

export const contactListSchema = listOf(contactSchema).openapi('ContactList');

export const contactListQuery = z.strictObject({
  ...pageQuery,
  q: searchParameter('Words of the name or the address; the last one may be a prefix.'),
  mailboxId: repeatable(idParameter).openapi({ description: 'Known in these mailboxes.' }),
  sort: sortParameter(CONTACT_SORTS, 'email'),
  total: totalParameter,
});

export const contactChangesSchema = z
  .strictObject({
    name: text(200).optional().openapi({ example: 'Carla Contact' }),
    suppressed: z.literal(false).optional().openapi({ description: 'Lifts the suppression.' }),
    mailboxes: z
      .array(
        z.strictObject({
          mailboxId: id,
          blocked: settings.blocked.optional(),
          trusted: settings.trusted.optional(),
          language: settings.language.optional(),
        }),
      )
      .max(100)
      .optional()
      .openapi({
        description: 'Settings per mailbox, for mailboxes the operator serves; other mailboxes keep theirs.',
      }),
  })
  .openapi('ContactChanges');

/** A contact in the interface; a suppression that has ended is left out. */
export function renderContact(contact: Contact, now: Date): z.infer<typeof contactSchema> {
  const { id, email, name, createdAt, suppression, mailboxes } = contact;
  return {
    id,
    email,
    name,
    createdAt: createdAt.toISOString(),
    suppression:
      suppression === null || new Date(suppression.until) <= now
        ? null
        : {
            source: suppression.source,
            reason: suppression.reason,
            since: new Date(suppression.since).toISOString(),
            until: new Date(suppression.until).toISOString(),
          },
    mailboxes: mailboxes.map(({ mailboxId, blocked, trusted, language, requestCount, openRequestCount }) => ({
      mailboxId,
      blocked,
      trusted,
      language,
      requestCount,
      openRequestCount,
    })),
  };
}
