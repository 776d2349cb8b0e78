import { z } from '@hono/zod-openapi';
import { recipientAddress } from '../../mail/headers/recipient-address.ts';
import { text } from '../../platform/http/schemas.ts';

/** One bare email address, in the form that the desk stores (lower case, IDNA domain). */
export const mailAddress = text(320, 1)
  .transform((value, context) => {
    const address = recipientAddress(value.trim());
    if (address !== null) return address;
    context.addIssue({ code: 'custom', message: 'is not an email address' });
    return z.NEVER;
  })
  .openapi({ format: 'email', example: 'anna@example.org' });
