import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, refuse } from './answer.ts';
import type { AddedFile, Stored } from './tenant-mailbox.ts';

const MAX_WHOLE_BYTES = 3 * 1024 * 1024;
const MAX_PIECE_BYTES = 4 * 1024 * 1024;

const described = { name: z.string().min(1), contentType: z.string(), isInline: z.boolean() };
const wholeFile = z.strictObject({
  '@odata.type': z.literal('#microsoft.graph.fileAttachment'),
  ...described,
  contentId: z.string().optional(),
  contentBytes: z.base64(),
});
const sessionOf = z.strictObject({
  AttachmentItem: z.strictObject({
    attachmentType: z.literal('file'),
    ...described,
    contentId: z.string().optional(),
    size: z.int().min(1),
  }),
});

type Upload = {
  readonly message: Stored;
  readonly file: Omit<AddedFile, 'content'>;
  readonly size: number;
  readonly pieces: Buffer[];
};

/** Files of drafts: small ones in one call, larger ones by pieces, in order, to an address of their own. */
export function createAttachments(origin: () => string) {
  const uploads = new Map<string, Upload>();

  return {
    /** What `POST …/attachments` and `POST …/createUploadSession` do to a draft. */
    add(message: Stored, body: Buffer, inPieces: boolean): Answer {
      if (message.folder !== 'drafts') return refuse(400, 'ErrorInvalidOperation');
      const given: unknown = JSON.parse(body.toString('utf8'));
      if (!inPieces) {
        const file = wholeFile.safeParse(given);
        if (!file.success) return refuse(400, 'RequestBodyRead');
        const { name, contentType, isInline, contentId = null } = file.data;
        const content = Buffer.from(file.data.contentBytes, 'base64');
        if (content.byteLength > MAX_WHOLE_BYTES) return refuse(413, 'RequestEntityTooLarge');
        message.files = [...message.files, { name, contentType, isInline, contentId, content }];
        return [201, { id: randomUUID() }];
      }
      const asked = sessionOf.safeParse(given);
      if (!asked.success) return refuse(400, 'RequestBodyRead');
      const { name, contentType, isInline, contentId = null, size } = asked.data.AttachmentItem;
      const id = randomUUID();
      uploads.set(id, { message, file: { name, contentType, isInline, contentId }, size, pieces: [] });
      return [201, { uploadUrl: `${origin()}/upload/${id}`, nextExpectedRanges: ['0-'] }];
    },
    /** A piece; with the last one the draft has the file. */
    put(path: string, range: string, body: Buffer): Answer {
      const id = path.replace('/upload/', '');
      const upload = uploads.get(id);
      if (upload === undefined) return refuse(404, 'ErrorItemNotFound');
      const from = upload.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      const until = from + body.byteLength;
      if (body.byteLength > MAX_PIECE_BYTES) return refuse(413, 'RequestEntityTooLarge');
      if (range !== `bytes ${from}-${until - 1}/${upload.size}`) return refuse(400, 'ErrorInvalidRange');
      upload.pieces.push(body);
      if (until < upload.size) return [200, { nextExpectedRanges: [`${until}-`] }];
      const { message, file, pieces } = upload;
      message.files = [...message.files, { ...file, content: Buffer.concat(pieces) }];
      uploads.delete(id);
      return [201, ''];
    },
  };
}
