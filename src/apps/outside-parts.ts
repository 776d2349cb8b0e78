import type { Bucket } from '../platform/bucket/bucket.ts';
import type { Scanner } from '../platform/scanning/scanner.ts';
import type { Config } from './config.ts';

/** The bucket and the virus scanner of the settings. Their code is loaded only here: most desks have neither. */
export async function outsideParts({ bucket, clamd }: Config): Promise<{
  readonly bucket: Bucket | undefined;
  readonly scanner: Scanner | undefined;
}> {
  return {
    bucket:
      bucket === undefined
        ? undefined
        : (await import('../platform/bucket/open-bucket.ts')).openBucket(bucket),
    scanner:
      clamd === undefined ? undefined : (await import('../platform/scanning/open-clamd.ts')).openClamd(clamd),
  };
}
