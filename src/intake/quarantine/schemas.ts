import { z } from '@hono/zod-openapi';
import { id, idParameter, listOf, pageQuery, repeatable, text, time } from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import type { IntakeView } from './intake.ts';
import { INTAKE_SORTS } from './intake-sorts.ts';

const outcome = z
  .enum(['opened', 'appended', 'recorded', 'quarantined', 'discarded', 'erased'])
  .openapi({ description: 'The outcome.' });

const REASONS = [
  'unparsable',
  'processing_error',
  'before_start',
  'no_sender',
  'spoof_suspect',
  'only_copied',
  'own_address',
  'own_message_id',
  'own_message',
  'loop',
  'sent_copy',
  'blocked_sender',
  'denied_sender',
  'not_allowed_sender',
  'auto_reply_unmatched',
  'receipt_unmatched',
  'bounce_unverified',
  'too_many_requests',
] as const;

export const intakeSchema = z
  .object({
    id,
    mailbox: z
      .object({ id, address: z.string().openapi({ example: 'support@example.com' }) })
      .openapi({ description: 'The mailbox it came to.' }),
    source: z.string().openapi({
      description: 'The source it came from, such as `gmail` or `microsoft`; `form`: a page of the desk.',
      example: 'gmail',
    }),
    sourceId: z.string().openapi({ description: 'Its id at the source.', example: '18c2f0a1b2c3d4e5' }),
    gmailId: z
      .string()
      .nullable()
      .openapi({ description: 'The same for Gmail; null for another source.', example: '18c2f0a1b2c3d4e5' }),
    internetMessageId: z
      .string()
      .nullable()
      .openapi({ description: 'The Message-ID header, if it has one.' }),
    from: z
      .object({
        address: z.string().openapi({ example: 'carla@customer.example' }),
        name: z.string().openapi({ description: 'Empty when there is none.' }),
      })
      .nullable()
      .openapi({ description: 'Null if the message names nobody.' }),
    subject: z.string().nullable().openapi({ example: 'The printer is on fire' }),
    class: z.enum(['human', 'auto_reply', 'bounce', 'receipt', 'list', 'own']).nullable(),
    classReason: z.string().nullable().openapi({ description: 'The header or rule that decided the class.' }),
    authenticity: z.enum(['verified', 'unchecked', 'unverified', 'forged']).nullable(),
    authenticityReason: z.string().nullable().openapi({ description: 'The result that decided it.' }),
    outcome,
    reason: z
      .string()
      .nullable()
      .openapi({ description: `Why it is in quarantine: ${REASONS.join(', ')}.` }),
    error: z
      .string()
      .nullable()
      .openapi({ description: 'What failed, for `processing_error` and `unparsable`.' }),
    requestId: id.nullable(),
    messageId: id.nullable(),
    size: z.int().nullable().openapi({ description: 'Bytes of the original; null if there is none.' }),
    oversize: z.boolean().openapi({ description: 'Too large to hand over: only its headers were.' }),
    receivedAt: time,
    decidedAt: time.nullable(),
    decidedBy: z
      .object({ id, name: z.string().openapi({ example: 'Ann' }) })
      .nullable()
      .openapi({ description: 'Who released or discarded it.' }),
  })
  .openapi('Intake');

export const intakeListSchema = listOf(intakeSchema).openapi('IntakeList');

export const intakeListQuery = z.strictObject({
  ...pageQuery,
  outcome: repeatable(outcome).openapi({ description: 'With any of these outcomes.' }),
  reason: repeatable(z.enum(REASONS)).openapi({ description: 'For any of these reasons.' }),
  mailboxId: repeatable(idParameter).openapi({ description: 'In any of these mailboxes.' }),
  requestId: repeatable(idParameter).openapi({ description: 'Of any of these requests.' }),
  from: text(320, 1).optional().openapi({ description: "The sender's address." }),
  sort: sortParameter(INTAKE_SORTS, '-receivedAt'),
  total: totalParameter,
});

export const releaseSchema = z
  .strictObject({
    trust: z.boolean().optional().openapi({ description: 'Trust this sender in this mailbox from now on.' }),
  })
  .openapi('Release');

export const discardSchema = z
  .strictObject({
    blockSender: z
      .boolean()
      .optional()
      .openapi({ description: 'Quarantine all later email from the sender to this mailbox.' }),
  })
  .openapi('Discard');

export function renderIntake(view: IntakeView): z.infer<typeof intakeSchema> {
  return {
    id: view.id,
    mailbox: { id: view.mailboxId, address: view.mailboxAddress },
    source: view.source,
    sourceId: view.sourceId,
    gmailId: view.source === 'gmail' ? view.sourceId : null,
    internetMessageId: view.internetMessageId,
    from: view.fromAddress === null ? null : { address: view.fromAddress, name: view.fromName ?? '' },
    subject: view.subject,
    class: view.class,
    classReason: view.classReason,
    authenticity: view.authenticity,
    authenticityReason: view.authenticityReason,
    outcome: view.outcome,
    reason: view.reason,
    error: view.error,
    requestId: view.requestId,
    messageId: view.messageId,
    size: view.size,
    oversize: view.oversize,
    receivedAt: view.receivedAt.toISOString(),
    decidedAt: view.decidedAt?.toISOString() ?? null,
    decidedBy: view.decidedById === null ? null : { id: view.decidedById, name: view.decidedByName ?? '' },
  };
}
