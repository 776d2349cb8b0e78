import { z } from '@hono/zod-openapi';
import { id, text, written } from '../../platform/http/schemas.ts';
import { fieldChangesOfRequest } from '../fields/schemas.ts';
import { TEXT_LENGTH } from '../request.ts';

export const takeSchema = z
  .strictObject({
    force: z.boolean().optional().openapi({
      default: false,
      description: "Take over another's; for a lead of its team, managers and admins.",
    }),
  })
  .openapi('Take');

export const assignSchema = z
  .strictObject({
    operatorId: id.nullable().optional().openapi({
      description: "An active operator who serves the request's mailbox; null: nobody. Left out: stays.",
    }),
    teamId: id.nullable().optional().openapi({
      description: "A team that serves the request's mailbox; null: none. Left out: stays.",
    }),
  })
  .refine(({ operatorId, teamId }) => operatorId !== undefined || teamId !== undefined, {
    path: ['operatorId'],
    message: 'is required, or teamId',
  })
  .openapi('Assign');

const fields = fieldChangesOfRequest.optional().openapi({
  description: 'Values that it is given before, in the same transaction; as in a change of the request.',
});

export const resolveSchema = z
  .strictObject({
    notes: written(TEXT_LENGTH).openapi({
      description: 'How it was settled; kept as a note, which the contact does not see.',
      example: 'Sent a replacement, tracking 1Z999.',
    }),
    fields,
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
    fields,
  })
  .openapi('Close');
