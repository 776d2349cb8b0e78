import type { z } from '@hono/zod-openapi';
import { type FieldError, invalidFields } from '../../problems.ts';

/** More than anybody mends at once; a body of wrong fields must not become an answer many times its size. */
const MAX_ERRORS = 100;

/** Zod's findings as the problem document names them: a JSON Pointer into a body, the bare name of a parameter. */
export function fieldErrors(target: string, error: z.ZodError): FieldError[] {
  const all = error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: pointer(target, [...issue.path, key]),
        detail: 'is not known here',
      }));
    }
    return [{ pointer: pointer(target, issue.path), detail: detail(issue) }];
  });
  return all.slice(0, MAX_ERRORS);
}

/** A value as a schema reads it; what does not fit is refused by its field, as in a body. */
export function parsed<Shape extends z.ZodType>(schema: Shape, value: unknown): z.infer<Shape> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalidFields(fieldErrors('json', read.error));
}

function pointer(target: string, path: readonly PropertyKey[]): string {
  if (target !== 'json' && target !== 'form') return path.length === 0 ? target : String(path[0]);
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function detail(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is required';
  return issue.message;
}
