import { z } from '@hono/zod-openapi';
import { id } from '../../platform/http/schemas.ts';

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
