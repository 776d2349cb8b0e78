import { z } from '@hono/zod-openapi';
import { id, text } from '../http/schemas.ts';
import { priority } from './request-schemas.ts';

export const TEXT_LENGTH = 200_000;
const SUBJECT_LENGTH = 500;
const MOST_TAGS = 50;
const MOST_COPIES = 50;
const MOST_SPLIT_OFF = 1000;

/** Text that says something. */
export function written(max: number): z.ZodString {
  return text(max)
    .refine((value) => value.trim() !== '', 'must not be blank')
    .openapi({ minLength: 1 });
}

export const takeSchema = z
  .strictObject({
    force: z
      .boolean()
      .optional()
      .openapi({ default: false, description: "Take over another's; for leads and admins." }),
  })
  .openapi('Take');

export const assignSchema = z
  .strictObject({
    operatorId: id.openapi({ description: "An active operator who serves the request's mailbox." }),
  })
  .openapi('Assign');

export const resolveSchema = z
  .strictObject({
    notes: written(TEXT_LENGTH).openapi({
      description: 'How it was settled; kept as a note, which the contact does not see.',
      example: 'Sent a replacement, tracking 1Z999.',
    }),
  })
  .openapi('Resolve');

export const closeSchema = z
  .strictObject({
    notify: z.boolean().optional().openapi({ default: true, description: 'Whether the contact is told.' }),
    reason: text(2000).optional().openapi({ description: 'For the history; the contact does not see it.' }),
    block: z.boolean().optional().openapi({
      default: false,
      description:
        "Block the contact in this mailbox as well: further mail of theirs goes to quarantine, and they aren't told.",
    }),
  })
  .openapi('Close');

export const mergeSchema = z
  .strictObject({ into: id.openapi({ description: 'The open request of the same mailbox that stays.' }) })
  .openapi('Merge');

export const splitSchema = z
  .strictObject({
    messageIds: z.array(id).min(1).max(MOST_SPLIT_OFF).openapi({
      description:
        'Messages of this request, a mail that came in among them. Something a person wrote must stay behind.',
    }),
    subject: written(SUBJECT_LENGTH)
      .optional()
      .openapi({ description: 'Absent: that of the first mail that came in among the messages.' }),
  })
  .openapi('Split');

const category = written(100).nullable().openapi({ description: 'null: none.', example: 'billing' });
const tags = z
  .array(written(100))
  .max(MOST_TAGS)
  .openapi({ description: 'All of them, not those to add.', example: ['vip'] });
const subject = written(SUBJECT_LENGTH).openapi({ example: 'Your order 4711' });

export const requestChangesSchema = z
  .strictObject({
    priority: priority.optional(),
    category: category.optional(),
    tags: tags.optional(),
    subject: subject.optional(),
    needsAttention: z
      .boolean()
      .optional()
      .openapi({ description: 'Alone it may be changed on a closed request too.' }),
  })
  .openapi('RequestChanges');

export const newRequestSchema = z
  .strictObject({
    mailboxId: id,
    contact: z.strictObject({
      email: text(320, 1).openapi({ example: 'carla@example.org' }),
      name: text(200)
        .optional()
        .openapi({ description: 'Filled in where the contact has none.', example: 'Carla' }),
    }),
    subject,
    text: written(TEXT_LENGTH).openapi({ example: 'As agreed on the telephone, …' }),
    html: text(500_000, 1).optional().openapi({ description: 'Sanitised; made from `text` when absent.' }),
    cc: z
      .array(text(320, 1))
      .max(MOST_COPIES)
      .optional()
      .openapi({ description: 'Addresses that get a copy and become participants.' }),
    send: z.boolean().optional().openapi({
      default: true,
      description:
        'Mail the text to the contact. false: keep it as a note, of a telephone call for instance.',
    }),
    priority: priority.optional(),
    category: category.optional(),
    tags: tags.optional(),
  })
  .openapi('NewRequest');
