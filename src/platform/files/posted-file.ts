import { createHash } from 'node:crypto';

/** A file as somebody sends it, whole. */
export type PostedFile = {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
};

/** A file of a form, read into memory. */
export async function readPosted(file: File): Promise<PostedFile> {
  return { name: file.name, contentType: file.type, content: new Uint8Array(await file.arrayBuffer()) };
}

/** What tells a file from another in the body of a call. */
export function fingerprint({ name, contentType, content }: PostedFile): readonly string[] {
  return [name, contentType, createHash('sha256').update(content).digest('hex')];
}
