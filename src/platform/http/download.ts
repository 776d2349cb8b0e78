import type { StoredFile } from '../files/stored-file.ts';

const SLICE_BYTES = 512 * 1024;
const CONTENT_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;

/**
 * Answers with a file to save, never to show: it came from a stranger, so it gets no origin (sandbox), no sniffing, and
 * the name it had only in the disposition header.
 */
export async function download(file: StoredFile): Promise<Response> {
  // Before the answer begins: afterwards nothing could be said about a file that cannot be read.
  const beginning = file.size === 0 ? new Uint8Array() : await file.read(0, SLICE_BYTES);
  return new Response(stream(file, beginning), {
    status: 200,
    headers: {
      'content-type': CONTENT_TYPE.test(file.contentType) ? file.contentType : 'application/octet-stream',
      'content-length': String(file.size),
      'content-disposition': attachmentDisposition(file.name),
      'content-security-policy': "default-src 'none'; sandbox",
    },
  });
}

/**
 * `Content-Disposition: attachment` with the name as RFC 6266 asks: an ASCII likeness for old clients, the name itself in
 * UTF-8 (RFC 8187) where they differ. Control characters and path separators are gone from both.
 */
export function attachmentDisposition(name: string): string {
  const clean =
    name
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}/\\]+/gu, '_')
      .trim() || 'attachment';
  const ascii = clean.replace(/[^\x20-\x7e]+/g, '_').replace(/["%]/g, '_');
  if (ascii === clean) return `attachment; filename="${ascii}"`;
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

function stream(file: StoredFile, beginning: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (offset < file.size) {
          const slice = offset === 0 ? beginning : await file.read(offset, SLICE_BYTES);
          // The length is announced already; an answer that breaks off is better than one that seems whole.
          if (slice.length === 0) throw new Error('a file ended before its announced size');
          offset += slice.length;
          controller.enqueue(slice);
        }
        if (offset >= file.size) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
