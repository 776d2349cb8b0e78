import type { Fragment, Queryable } from '../db/connect.ts';

/** The size of an original wherever it lies, of the intake row `i`; null where there is none. */
export function originalSize(db: Queryable): Fragment {
  return db`coalesce(octet_length(i.raw), (select f.size from bucket_files f where f.hash = i.file_hash))::bigint`;
}
