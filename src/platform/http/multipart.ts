import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type PostedFile, readPosted } from '../files/posted-file.ts';
import { invalidField, Problem } from '../problems.ts';
import { parsed } from './problems/field-errors.ts';

/** The document's words for a body of `readWords` that brings files: the JSON of a schema in the field `part`. */
export function wordsWithFiles(part: string, schema: string) {
  return {
    type: 'object' as const,
    required: [part],
    properties: {
      [part]: { $ref: `#/components/schemas/${schema}` },
      attachments: {
        type: 'array' as const,
        maxItems: 100,
        items: { type: 'string' as const, format: 'binary' },
      },
    },
    additionalProperties: false,
  };
}

/**
 * A body that is JSON, or `multipart/form-data` with the same JSON in the field `part` and any number of files `attachments`. Each
 * faulty field is named.
 */
export async function readWords<Shape extends z.ZodType>(
  c: Context,
  part: string,
  schema: Shape,
): Promise<{ readonly body: z.infer<Shape>; readonly files: readonly PostedFile[] }> {
  const contentType = c.req.header('content-type') ?? '';
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    throw new Problem('unsupported_media_type', `A ${part} is application/json or multipart/form-data.`);
  }
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    return { body: parsed(schema, contentType === '' ? {} : await c.req.json()), files: [] };
  }
  const form = await c.req.formData().catch(() => {
    throw invalidField('', 'The body is not multipart/form-data as its header says');
  });
  const [words, second] = form.getAll(part);
  if (words === undefined) throw invalidField(`/${part}`, `is required: the ${part} as JSON`);
  if (second !== undefined) throw invalidField(`/${part}`, 'is there more than once');
  const unknown = [...form.keys()].find((name) => name !== part && name !== 'attachments');
  if (unknown !== undefined)
    throw invalidField(`/${unknown}`, 'is not known here: files are named attachments');
  const files = await filesIn(form);
  return { body: parsed(schema, await jsonOf(part, words)), files };
}

/** The files `attachments` of a form. */
export async function filesIn(form: FormData): Promise<PostedFile[]> {
  const files: PostedFile[] = [];
  for (const [index, entry] of form.getAll('attachments').entries()) {
    if (typeof entry === 'string') throw invalidField(`/attachments/${index}`, 'is text and no file');
    files.push(await readPosted(entry));
  }
  return files;
}

async function jsonOf(part: string, words: File | string): Promise<unknown> {
  const written = typeof words === 'string' ? words : await words.text();
  try {
    return JSON.parse(written);
  } catch {
    throw invalidField(`/${part}`, 'is not JSON');
  }
}
