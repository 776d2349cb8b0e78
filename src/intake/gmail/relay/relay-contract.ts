import { z } from '@hono/zod-openapi';
import type { HandedOver } from '../../filing/incoming-mail.ts';
import type { Received } from '../../filing/receive-batch.ts';
import { cleanText } from '../../../mail/text.ts';

/** The most that a relay may post at once, in bytes: what UrlFetchApp can send (50 MB). */
export const MAX_BODY_BYTES = 50_000_000;

/** The relay waits 30 s and is answered within 20: what is not filed after this is `retry`. */
export const FILE_WITHIN_MS = 18_000;

/** When the answer to a whole post is due; a post without one by now is refused as a whole. */
export const ANSWER_WITHIN_MS = 19_500;

const END_OF_9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

// Gmail's ids are hexadecimal. An id that PostgreSQL could not store unchanged would never be answered for under its
// own name.
const gmailId = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters');

/** Text from a message, which may contain what PostgreSQL refuses. */
const mailText = z.string().transform(cleanText).openapi({ type: 'string' });

const relayMessage = z.object({
  id: gmailId.openapi({ example: '18c2f0a1b2c3d4e5', description: 'Gmail id of the message' }),
  threadId: gmailId.openapi({ example: '18c2f0a1b2c3d4e5', description: 'Gmail id of its thread' }),
  internalDate: z.int().transform(storableTime).openapi({
    type: 'integer',
    example: 1767225600000,
    description: 'When Gmail accepted the message, in milliseconds since 1970',
  }),
  labelIds: z
    .array(z.string().max(128).transform(cleanText))
    .max(500)
    .default([])
    .openapi({ example: ['INBOX'] }),
  sizeEstimate: z.int().min(0).openapi({ description: 'Bytes, as Gmail estimates them' }),
  raw: z
    .string()
    .transform(decoded)
    .nullable()
    .openapi({
      type: ['string', 'null'],
      description: 'The original, RFC 822, base64url; null for a message over 30 MiB',
    }),
  headers: z
    .array(z.tuple([mailText, mailText]))
    .optional()
    .openapi({ description: 'Header fields in their order, when raw is null' }),
  oversize: z.boolean().optional().openapi({ description: 'raw is null because the message is too large' }),
});

// For an imported message this is the Date header, whatever it says: a date that no column can store must not keep the
// message out.
function storableTime(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 0), END_OF_9999);
}

/**
 * Decoded while the body is checked, so that 40 MB of text need not outlive it. The decoder skips what is not base64url;
 * a result shorter than the text stands for tells it apart without a second pass.
 */
function decoded(text: string, context: z.RefinementCtx): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  const digits = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  if (digits % 4 === 1 || bytes.length !== Math.floor((digits * 3) / 4)) {
    context.addIssue({ code: 'custom', message: 'must be base64url' });
    return z.NEVER;
  }
  return bytes;
}

/** What the relay posts. */
export const relayBatch = z
  .object({
    relay: z
      .object({
        version: z.string().max(40).openapi({ example: '1.0.0' }),
        account: z.string().max(320).openapi({ example: 'support@example.com' }),
        pending: z.int().min(0).openapi({ description: 'Messages that wait to be handed over' }),
        failed: z.int().min(0).openapi({ description: 'Messages that it has given up on' }),
        runtimeTodaySeconds: z.number().min(0).openapi({ description: 'Seconds' }),
      })
      .openapi({ description: 'What the relay reports about itself' }),
    messages: z.array(relayMessage).max(200).openapi({ description: 'Empty for a heartbeat' }),
  })
  .openapi('RelayBatch');

const relayResult = z.object({
  id: gmailId.openapi({ example: '18c2f0a1b2c3d4e5', description: 'Gmail id of the message' }),
  status: z.enum(['accepted', 'duplicate', 'retry']),
  outcome: z.enum(['opened', 'appended', 'recorded', 'quarantined']).nullable(),
  requestId: z.int().nullable().openapi({ description: 'The request it was filed into; null if none' }),
  reason: z
    .string()
    .nullable()
    .openapi({ description: 'Why it is in quarantine, a duplicate, or to come again' }),
});

export const relayAnswer = z
  .object({
    batch: z.string().openapi({ description: 'The webhook-id of the post' }),
    results: z.array(relayResult).openapi({ description: 'One for each message' }),
  })
  .openapi('RelayAnswer');

export type RelayMessage = z.infer<typeof relayMessage>;
export type RelayBatch = z.infer<typeof relayBatch>;
export type RelayResult = z.infer<typeof relayResult>;

/** A posted message as filing knows it. */
export function handedOver(message: RelayMessage): HandedOver {
  return {
    source: 'gmail',
    sourceId: message.id,
    sourceThreadId: message.threadId,
    arrivedAt: new Date(message.internalDate),
    labels: message.labelIds,
    sizeEstimate: message.sizeEstimate,
    raw: message.raw,
    headers: message.raw === null ? (message.headers ?? []) : null,
  };
}

/** What became of a message, in the relay's words. */
export function relayResultOf({ sourceId, ...received }: Received): RelayResult {
  return { id: sourceId, ...received };
}
