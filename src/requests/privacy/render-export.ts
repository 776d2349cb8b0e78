import { renderEvent } from '../../people/history/schemas.ts';
import { renderMessage } from '../messages/schemas.ts';
import { renderRequest } from '../request/schemas.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';
import type { Held } from './export-contact.ts';
import { renderContact } from '../../people/contacts/schemas.ts';

// Three bytes are four base64 characters: slices of a multiple of three join without padding in between.
const SLICE_BYTES = 3 * 128 * 1024;

/** Things held as lines of JSON, each with its `kind`; files in base64, a slice at a time. */
export async function* renderExport(things: AsyncGenerator<Held>, now: Date): AsyncGenerator<string> {
  for await (const thing of things) {
    if ('file' in thing) yield* fileLine(thing.kind, thing.of, thing.file);
    else yield `${JSON.stringify({ kind: thing.kind, ...fields(thing, now) })}\n`;
  }
}

function fields(thing: Exclude<Held, { readonly file: StoredFile }>, now: Date): object {
  switch (thing.kind) {
    case 'contact':
      return { contact: renderContact(thing.value, now) };
    case 'request':
      return { request: renderRequest(thing.value) };
    case 'event':
      return { event: renderEvent(thing.value) };
    case 'message':
      return { message: renderMessage(thing.value) };
    case 'quarantined': {
      const { sourceId, ...value } = thing.value;
      return { intake: { ...value, gmailId: sourceId } };
    }
  }
}

async function* fileLine(kind: string, of: number, file: StoredFile): AsyncGenerator<string> {
  const { name, contentType, size } = file;
  yield `${JSON.stringify({ kind, of, name, contentType, size }).slice(0, -1)},"base64":"`;
  for (let offset = 0; offset < size; offset += SLICE_BYTES) {
    const slice = await file.read(offset, SLICE_BYTES);
    if (slice.length === 0) throw new Error('a file ended before its announced size');
    yield Buffer.from(slice).toString('base64');
  }
  yield '"}\n';
}
