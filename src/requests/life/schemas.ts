import { z } from '@hono/zod-openapi';
import { id, text, written } from '../../platform/http/schemas.ts';
import { TEXT_LENGTH } from '../request/schemas.ts';

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
    notify: z
      .boolean()
      .optional()
      .openapi({ default: true, description: 'Whether the contact is notified.' }),
    reason: text(2000).optional().openapi({ description: 'For the history; the contact does not see it.' }),
    block: z.boolean().optional().openapi({
      default: false,
      description:
        'Also blocks the contact in this mailbox: their further messages go to quarantine, and they are not notified.',
    }),
  })
  .openapi('Close');
