import { readingOf } from '../bucket/read-stored.ts';
import type { Deps } from '../deps.ts';
import type { StoredFile } from '../files/stored-file.ts';
import { ensureClean, type ScannedFile } from './scan-file.ts';

/** A stored file to be read in slices, once the virus scanner lets it go. */
export async function openFile(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock' | 'scanner'>,
  file: ScannedFile & { readonly name: string; readonly contentType: string },
): Promise<StoredFile> {
  await ensureClean(deps, file);
  const { name, contentType, size } = file;
  return { name, contentType, size, read: readingOf(deps, file) };
}
