import { z } from '@hono/zod-openapi';
import { PROBLEM_KINDS, problemType } from '../../platform/http/problems/problem-response.ts';
import { id } from '../../platform/http/schemas.ts';
import { assignSchema, closeSchema, resolveSchema } from '../life/schemas.ts';
import { requestChangesSchema } from '../request/schemas.ts';
import type { BulkResult } from './apply-to-requests.ts';
import type { BulkVerb } from './bulk-verbs.ts';

const MAX_REQUESTS = 200;

const VERBS = [
  'take',
  'assign',
  'unassign',
  'escalate',
  'deescalate',
  'pend',
  'resolve',
  'close',
  'reopen',
  'edit',
  'read',
  'unread',
] as const;

export const bulkSchema = z
  .strictObject({
    verb: z.enum(VERBS).openapi({ description: 'As for a single request.' }),
    ids: z
      .array(id)
      .min(1)
      .max(MAX_REQUESTS)
      .openapi({ description: 'The requests.', example: [1042, 1043] }),
    force: z.boolean().optional().openapi({ description: 'Of take.' }),
    operatorId: assignSchema.shape.operatorId.openapi({
      description: 'Of assign and escalate, which need it or `teamId`.',
    }),
    teamId: assignSchema.shape.teamId.openapi({
      description: 'Of assign and escalate, which need it or `operatorId`.',
    }),
    notes: resolveSchema.shape.notes.optional().openapi({ description: 'Of resolve, which needs it.' }),
    notify: z.boolean().optional().openapi({ description: 'Of close. Defaults to true.' }),
    reason: closeSchema.shape.reason.openapi({ description: 'Of close, and of escalate, which needs it.' }),
    fields: closeSchema.shape.fields.openapi({ description: 'Of resolve and close.' }),
    changes: requestChangesSchema.optional(),
  })
  .superRefine((body, context) => {
    const { verb, ids: _, ...given } = body;
    const mine = FIELDS[verb];
    for (const name of Object.keys(given)) {
      if (mine === undefined || !Object.hasOwn(mine, name)) {
        context.addIssue({ code: 'custom', path: [name], message: `is nothing that ${verb} takes` });
      }
    }
    if (verb === 'assign' && body.operatorId === undefined && body.teamId === undefined)
      context.addIssue({ code: 'custom', path: ['operatorId'], message: 'is required, or teamId' });
    for (const [name, required] of Object.entries(mine ?? {})) {
      if (required && !Object.hasOwn(given, name)) {
        context.addIssue({ code: 'custom', path: [name], message: 'is required' });
      }
    }
  })
  .openapi('Bulk');

/** What a verb takes besides the requests, and whether it has to have it. */
const FIELDS: Readonly<Partial<Record<(typeof VERBS)[number], Readonly<Record<string, boolean>>>>> = {
  take: { force: false },
  assign: { operatorId: false, teamId: false },
  escalate: { operatorId: false, teamId: false, reason: true },
  resolve: { notes: true, fields: false },
  close: { notify: false, reason: false, fields: false },
  edit: { changes: true },
};

/** A body that fits the schema, as the verb takes it. */
export function readBulk({ ids, ...verb }: z.infer<typeof bulkSchema>): BulkVerb & {
  readonly requestIds: readonly number[];
} {
  return { ...(verb as BulkVerb), requestIds: ids };
}

export const bulkResultSchema = z
  .object({
    items: z
      .array(
        z.object({
          requestId: id,
          done: z.boolean().openapi({ description: 'Whether it was applied to this request.' }),
          problem: z
            .looseObject({
              type: z.string().openapi({ example: '/problems/already_taken' }),
              title: z.string().openapi({ example: 'Somebody else has the request' }),
              status: z.int().openapi({ example: 409 }),
              detail: z.string().openapi({ example: 'Request 1042 is with Olga' }),
            })
            .nullable()
            .openapi({
              description: 'Why it was not applied, as in the answer to a single call; null if it was.',
            }),
        }),
      )
      .openapi({ description: 'In the order of the call.' }),
  })
  .openapi('BulkResult');

/** What became of each request as the interface shows it. */
export function renderBulk(results: readonly BulkResult[], front: string): z.infer<typeof bulkResultSchema> {
  return {
    items: results.map(({ requestId, problem }) => ({
      requestId,
      done: problem === null,
      problem:
        problem === null
          ? null
          : {
              ...problem.extras.members,
              type: problemType(problem.code, front),
              title: PROBLEM_KINDS[problem.code].title,
              status: PROBLEM_KINDS[problem.code].status,
              detail: problem.message,
            },
    })),
  };
}
