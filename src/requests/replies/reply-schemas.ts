import { z } from '@hono/zod-openapi';
import { mailAddress } from '../../people/contacts/mail-address-schema.ts';
import { id, text, written } from '../../platform/http/schemas.ts';
import { namedDraftSchema } from '../drafts/schemas.ts';
import { CANNED_STATUSES } from '../canned-replies/canned-reply.ts';
import { fieldChangesOfRequest } from '../fields/schemas.ts';
import { MAX_TAGS } from '../request/edit-request.ts';

const TEXT_LENGTH = 200_000;
const HTML_LENGTH = 500_000;
const MAX_COPIES = 50;
const MAX_HOLD_SECONDS = 3600;

const WITH_IMAGES =
  'Sanitised; made from `text` when absent. An image is shown inside by `<img src="cid:name">` with the name of an attachment.';

const effectsSchema = z
  .strictObject({
    status: z.enum(CANNED_STATUSES).nullable().optional().openapi({
      description: 'Resolved with the text as its notes; closed with the closed notice; null: as it is.',
    }),
    category: written(100)
      .nullable()
      .optional()
      .openapi({ description: 'null: as it is.', example: 'billing' }),
    addTags: z
      .array(written(100))
      .max(MAX_TAGS)
      .optional()
      .openapi({ example: ['parcel'] }),
    fields: fieldChangesOfRequest.optional(),
    notify: z.boolean().optional().openapi({ description: 'Of closed. Defaults to true.' }),
  })
  .openapi('ReplyEffects', {
    description:
      'What becomes of the request with the reply, in one transaction: all of it or nothing. Taking the reply back undoes it.',
  });

export const replySchema = z
  .strictObject({
    text: text(TEXT_LENGTH, 1)
      .refine((value) => value.trim() !== '', 'must not be blank')
      .openapi({ example: 'Your parcel is on its way.' }),
    html: text(HTML_LENGTH, 1).optional().openapi({ description: WITH_IMAGES }),
    cc: z.array(mailAddress).max(MAX_COPIES).optional().openapi({
      description: 'Addresses. If absent, everybody else on the last inbound message; if empty, nobody.',
    }),
    seenMessageId: id.optional().openapi({
      description:
        'The newest message the writer had read; refused if there are newer ones, with what was missed.',
    }),
    holdSeconds: z
      .int()
      .min(0)
      .max(MAX_HOLD_SECONDS)
      .optional()
      .openapi({ description: 'How long the email waits, and can be cancelled, before it is sent.' }),
    draft: namedDraftSchema.optional(),
    effects: effectsSchema.optional(),
  })
  .openapi('Reply');

/** New words for a held reply. */
export const heldReplySchema = z
  .strictObject({ text: replySchema.shape.text, html: replySchema.shape.html })
  .openapi('HeldReply');
