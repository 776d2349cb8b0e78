import { countFilesWaiting } from '../../../platform/scanning/scan-again.ts';
import { countFiles } from '../../../platform/bucket/count-files.ts';
import type { Deps } from '../../../platform/deps.ts';

export type FilesHealth = {
  readonly bucket: 'ok' | 'away' | 'refused' | 'missing' | 'damaged';
  /** Large files in the database that are to go to the bucket; a few are always under way. */
  readonly waiting: number;
};

export type ScanningHealth = { readonly scanner: 'ok' | 'away'; readonly waiting: number };

/** How the virus scanner does; nothing for a desk without one. */
export async function findScanningHealth({
  db,
  scanner,
}: Pick<Deps, 'db' | 'scanner'>): Promise<{ readonly scanning?: ScanningHealth }> {
  if (scanner === undefined) return {};
  const [trouble, waiting] = await Promise.all([scanner.trouble(), countFilesWaiting({ db })]);
  return { scanning: { scanner: trouble === null ? 'ok' : 'away', waiting } };
}

/** How the bucket does; nothing for a desk without one. */
export async function findFilesHealth({
  db,
  bucket,
}: Pick<Deps, 'db' | 'bucket'>): Promise<{ readonly files?: FilesHealth }> {
  if (bucket === undefined) return {};
  const { place, inDatabase, trouble } = await countFiles({ db, bucket });
  return { files: { bucket: trouble?.kind ?? 'ok', waiting: place === 'bucket' ? inDatabase : 0 } };
}
