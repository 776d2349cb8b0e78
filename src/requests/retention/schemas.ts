import { z } from '@hono/zod-openapi';
import { time } from '../../platform/http/schemas.ts';
import { MOST_DAYS } from './retention.ts';

const days = (description: string) =>
  z.int().min(1).max(MOST_DAYS).nullable().openapi({ description, example: 365 });

/** Every field has to be given: what is left out would be kept or lost by mistake. */
export const retentionSchema = z
  .strictObject({
    originalsDays: days(
      'Days after a request was closed until the original emails go, with their headers. Null: never.',
    ),
    attachmentsDays: days('The same for attachments; no sooner than the originals, which have them inside.'),
    bodiesDays: days(
      'The same for the text of messages and notes, and for drafts; no sooner than attachments. Subjects stay.',
    ),
    requestsDays: days(
      'The same for whole requests, with their history; no sooner than texts. Reports go on counting them.',
    ),
  })
  .openapi('Retention');

const count = (description: string) => z.int().openapi({ description, example: 12 });

export const goingSchema = z
  .object({
    originals: count('Original emails.'),
    attachments: count('Attachments.'),
    bodies: count('Messages and notes whose text goes.'),
    requests: count('Whole requests; what is in them is not counted above.'),
    countedAt: time,
  })
  .openapi('RetentionCount');
