import { z } from '@hono/zod-openapi';
import type { ProblemCode } from '../../problems.ts';
import { INTERNAL_ERROR, PROBLEM_KINDS, problemType } from './problem-response.ts';

const problem = z
  .looseObject({
    type: z
      .string()
      .openapi({ description: 'The kind of problem; stable.', example: '/problems/invalid_input' }),
    title: z.string().openapi({ description: 'The same for every problem of its kind.' }),
    status: z.int().openapi({ description: 'The HTTP status.', example: 400 }),
    detail: z.string().openapi({ description: 'What is wrong this time, for people.' }),
    instance: z
      .string()
      .openapi({ description: "The call's request id, as in `x-request-id` and in the server's log." }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .openapi({ description: 'JSON Pointer into the body, or the name of a parameter.' }),
          detail: z.string().openapi({ example: 'is required' }),
        }),
      )
      .optional()
      .openapi({ description: 'The faulty fields of the input, at most a hundred.' }),
  })
  .openapi('Problem');

type ProblemAnswer = {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problem } };
};

/**
 * The documented answers of a route for the codes it can refuse with; those of one status share one entry. Every route can
 * meet a fault of the server, or a database that does not answer.
 */
export function problemResponses(...codes: readonly ProblemCode[]): Record<`${number}`, ProblemAnswer> {
  const answers: Record<string, ProblemAnswer> = { 500: answer([`\`${problemType(INTERNAL_ERROR.code)}\``]) };
  // Who may call is asked of everybody who signs in: a requester is refused all but their own.
  const forbidden: readonly ProblemCode[] = codes.includes('unauthenticated') ? ['forbidden'] : [];
  const all = new Set<ProblemCode>([...codes, ...forbidden, 'busy']);
  for (const status of new Set([...all].map((code) => PROBLEM_KINDS[code].status))) {
    const kinds = [...all].filter((code) => PROBLEM_KINDS[code].status === status);
    answers[status] = answer(kinds.map((code) => `\`${problemType(code)}\`: ${PROBLEM_KINDS[code].title}`));
  }
  return answers;
}

function answer(lines: readonly string[]): ProblemAnswer {
  return { description: lines.join('\n\n'), content: { 'application/problem+json': { schema: problem } } };
}
