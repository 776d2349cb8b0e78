import type { Context } from 'hono';
import type { ReceiveUnproven } from '../../../platform/http/unproven/unproven-bodies.ts';
import { UPLOAD_BYTES } from '../../../platform/http/upload.ts';
import { FORM_BYTES, takesFiles } from './form-limits.ts';

/** More than any form of ours has; the page of a stranger's million would take seconds to draw. */
const MAX_FIELDS = 1000;

export type KeptField = { readonly name: string; readonly value: string };

/** The fields that somebody without a session has typed, without their files. */
export async function keptFields(c: Context, receive: ReceiveUnproven): Promise<readonly KeptField[]> {
  const contentType = c.req.header('content-type') ?? '';
  const body = await receive(c, { maxBytes: takesFiles(c.req.path) ? UPLOAD_BYTES : FORM_BYTES });
  try {
    const first = await body.bytes(FORM_BYTES);
    const form = body.size() > first.length ? withoutItsEnd(first, contentType) : first;
    const data = await new Response(form, { headers: { 'content-type': contentType } }).formData();
    return [...data]
      .slice(0, MAX_FIELDS)
      .flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []));
  } catch (error) {
    // A body that is not a form has no fields.
    if (error instanceof TypeError) return [];
    throw error;
  } finally {
    await body.discard();
  }
}

// Our forms send text fields before files. A stranger's many parts would be parsed for seconds, and nobody else served.
function withoutItsEnd(first: Buffer, contentType: string): Buffer {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const line = `\r\n--${quoted ?? bare ?? ''}`;
  return Buffer.concat([first.subarray(0, Math.max(0, first.lastIndexOf(line))), Buffer.from(`${line}--`)]);
}
