import { z } from '@hono/zod-openapi';
import { id, written } from '../../platform/http/schemas.ts';
import { SUBJECT_LENGTH } from '../request.ts';

const MAX_SPLIT_OFF = 1000;

export const mergeSchema = z
  .strictObject({ into: id.openapi({ description: 'The open request of the same mailbox that stays.' }) })
  .openapi('Merge');

export const splitSchema = z
  .strictObject({
    messageIds: z.array(id).min(1).max(MAX_SPLIT_OFF).openapi({
      description:
        'Messages of this request, at least one of them inbound. Something a person wrote must stay behind.',
    }),
    subject: written(SUBJECT_LENGTH)
      .optional()
      .openapi({ description: 'Defaults to the subject of the first inbound message among them.' }),
  })
  .openapi('Split');
