import { z } from '@hono/zod-openapi';
import { fieldErrors } from '../../platform/http/problems/field-errors.ts';
import { mailAddress } from '../../people/contacts/mail-address-schema.ts';
import { id, text, written } from '../../platform/http/schemas.ts';
import { Problem, invalidField } from '../../platform/problems.ts';
import { namedDraftSchema } from '../drafts/schemas.ts';
import { CANNED_STATUSES } from '../canned-replies/canned-reply.ts';
import { MAX_TAGS } from '../request/edit-request.ts';
import type { GivenFile } from '../../outbox/writing/outgoing-files.ts';

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
    cc: z
      .array(mailAddress)
      .max(MAX_COPIES)
      .optional()
      .openapi({
        type: 'array',
        items: { type: 'string', format: 'email' },
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

export type ReplyBody = z.infer<typeof replySchema>;

/** A reply with files, for the document; it is read by `readMultipartReply`. */
export const multipartReplySchema = {
  type: 'object' as const,
  required: ['reply'],
  properties: {
    reply: { $ref: '#/components/schemas/Reply' },
    attachments: {
      type: 'array' as const,
      maxItems: 100,
      items: { type: 'string' as const, format: 'binary' },
    },
  },
  additionalProperties: false,
};

/** New words for a held reply. */
export const heldReplySchema = z
  .strictObject({ text: replySchema.shape.text, html: replySchema.shape.html })
  .openapi('HeldReply');

/** A reply from JSON, each faulty field named. */
export function parseReply(value: unknown): ReplyBody {
  const parsed = replySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors('json', parsed.error);
  const [first] = errors;
  throw new Problem(
    'invalid_input',
    first === undefined ? 'The reply is not valid.' : `${first.pointer}: ${first.detail}`,
    {
      errors,
    },
  );
}

/** Takes a `multipart/form-data` body apart: one field `reply` with JSON, any number of files `attachments`. */
export async function readMultipartReply(
  form: FormData,
): Promise<{ readonly body: ReplyBody; readonly files: readonly GivenFile[] }> {
  const replies = form.getAll('reply');
  const [reply] = replies;
  if (reply === undefined) throw invalidField('/reply', 'is required: the reply as JSON');
  if (replies.length > 1) throw invalidField('/reply', 'is there more than once');
  const unknown = [...form.keys()].find((name) => name !== 'reply' && name !== 'attachments');
  if (unknown !== undefined)
    throw invalidField(`/${unknown}`, 'is not known here: files are named attachments');
  const files: GivenFile[] = [];
  for (const [index, entry] of form.getAll('attachments').entries()) {
    if (typeof entry === 'string') throw invalidField(`/attachments/${index}`, 'is text and no file');
    const content = new Uint8Array(await entry.arrayBuffer());
    files.push({ name: entry.name, contentType: entry.type, content });
  }
  return { body: parseReply(await jsonOf(reply)), files };
}

async function jsonOf(reply: File | string): Promise<unknown> {
  const written = typeof reply === 'string' ? reply : await reply.text();
  try {
    return JSON.parse(written);
  } catch {
    throw invalidField('/reply', 'is not JSON');
  }
}
