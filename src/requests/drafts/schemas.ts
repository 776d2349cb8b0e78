import { z } from '@hono/zod-openapi';
import { id, idParameter, text, time } from '../../platform/http/schemas.ts';
import { invalidField } from '../../platform/problems.ts';
import { type PostedFile, readPosted } from '../../platform/files/posted-file.ts';
import { TEXT_LENGTH } from '../request.ts';
import type { Draft } from './draft.ts';

const MAX_COPIES = 50;
const ADDRESS_LENGTH = 320;

const version = z.int().min(0).openapi({ description: 'Counts the saves; 0 if it only has files so far.' });

const kind = z.enum(['reply', 'note']);

export const draftPath = z.object({
  id: idParameter.openapi({ param: { name: 'id', in: 'path' } }),
  kind: kind.openapi({ param: { name: 'kind', in: 'path' }, description: 'What it will become.' }),
});

export const draftFilePath = draftPath.extend({
  fileId: idParameter.openapi({ param: { name: 'fileId', in: 'path' } }),
});

export const draftSchema = z
  .object({
    id,
    requestId: id.openapi({ description: 'The request it is on now: it moves along with a merge.' }),
    kind: kind.openapi({ description: 'What it will become.' }),
    version,
    text: z.string().openapi({ example: 'Your parcel is on' }),
    cc: z.array(z.string()).nullable().openapi({
      description: 'As typed; null: everybody else on the latest email, as for a reply without `cc`.',
    }),
    files: z
      .array(
        z.object({
          id,
          name: z.string().openapi({ example: 'invoice.pdf' }),
          contentType: z.string().openapi({ example: 'application/pdf' }),
          size: z.int().openapi({ description: 'Bytes.' }),
        }),
      )
      .openapi({ description: 'What the message will have attached.' }),
    updatedAt: time,
  })
  .openapi('Draft');

export const draftWordsSchema = z
  .strictObject({
    version: z.int().min(0).openapi({ description: 'The version it was based on; 0 if there is none yet.' }),
    text: text(TEXT_LENGTH).openapi({ example: 'Your parcel is on its' }),
    cc: z
      .array(text(ADDRESS_LENGTH))
      .max(MAX_COPIES)
      .nullable()
      .optional()
      .openapi({ description: 'Of a reply; addresses, finished or not. Defaults to null.' }),
  })
  .openapi('DraftWords');

export const discardQuery = z.strictObject({
  version: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', description: 'Refused if it was saved since. Defaults to any.' }),
});

/** The draft that a message is made of. */
export const namedDraftSchema = z.strictObject({ id, version }).openapi({
  description:
    'The draft it is made from: its files are attached and the draft ends. Refused if the draft was saved since.',
});

/** A file for a draft, for the document; it is read by `readDraftFileForm`. */
export const draftFileSchema = {
  type: 'object' as const,
  required: ['file'],
  properties: { file: { type: 'string' as const, format: 'binary' } },
  additionalProperties: false,
};

/** Takes a `multipart/form-data` body with one file in the field `file` apart. */
export async function readDraftFileForm(form: FormData): Promise<PostedFile> {
  const unknown = [...form.keys()].find((name) => name !== 'file');
  if (unknown !== undefined) throw invalidField(`/${unknown}`, 'is not known here: the file is named file');
  const [file, second] = form.getAll('file');
  if (file === undefined) throw invalidField('/file', 'is required');
  if (second !== undefined) throw invalidField('/file', 'is there more than once');
  if (typeof file === 'string') throw invalidField('/file', 'is text and no file');
  return readPosted(file);
}

/** A draft as the interface shows one. */
export function renderDraft(draft: Draft): z.infer<typeof draftSchema> {
  return {
    id: draft.id,
    requestId: draft.requestId,
    kind: draft.kind,
    version: draft.version,
    text: draft.text,
    cc: draft.cc === null ? null : [...draft.cc],
    files: draft.files.map(({ id, name, contentType, size }) => ({ id, name, contentType, size })),
    updatedAt: draft.updatedAt.toISOString(),
  };
}
