import type { Deps } from '../deps.ts';
import type { Bucket, BucketFault } from './bucket.ts';
import { countFilesToMove, countInBucket, type FilesPlace, findPlace } from './move-queries.ts';

export type FilesCount = {
  /** Where new files go. */
  readonly place: FilesPlace;
  /** Files in the database that are large enough for the bucket. */
  readonly inDatabase: number;
  readonly trouble: BucketFault | null;
};

/** How many files are to go to the bucket, and how it does: probes ask often. */
export async function countFiles({
  db,
  bucket,
}: Pick<Deps, 'db'> & { readonly bucket: Bucket }): Promise<FilesCount> {
  const [place, inDatabase, trouble] = await Promise.all([
    findPlace(db),
    countFilesToMove(db, bucket.minBytes),
    bucket.trouble(),
  ]);
  return { place, inDatabase, trouble };
}

/** How many files the bucket has, and their bytes: each is counted. */
export async function countBucket({
  db,
}: Pick<Deps, 'db'>): Promise<{ readonly files: number; readonly bytes: number }> {
  return countInBucket(db);
}
