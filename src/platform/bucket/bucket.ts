import { Problem } from '../problems.ts';
import type { Bytes } from './bytes.ts';

/** Where files lie outside the database, each under its SHA-256: it never changes, and written twice it is the same. */
export type Bucket = {
  /** How a message names it. */
  readonly name: string;
  /** Files below this size stay in the database. */
  readonly minBytes: number;
  /** Writes a file whose bytes are read anew for each attempt. The bucket refuses bytes of another hash. */
  readonly put: (file: BucketFile, bytes: () => Bytes) => Promise<void>;
  /** Bytes from an offset on: `length` of them, fewer at the file's end. */
  readonly read: (hash: Uint8Array, offset: number, length: number) => Promise<Uint8Array>;
  /** One that is gone already is no fault. */
  readonly remove: (hash: Uint8Array) => Promise<void>;
  /** What is wrong with the bucket now, null when it takes a file and gives it back; asks it every quarter of a minute at most. */
  readonly trouble: () => Promise<BucketFault | null>;
};

export type BucketFile = { readonly hash: Uint8Array; readonly size: number };

export type BucketSettings = {
  readonly bucket: string;
  readonly region: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly minBytes: number;
};

/**
 * The bucket did not do it: it does not answer or is busy (`away`), refuses the credentials or the call (`refused`), has no
 * such file, or gives other bytes than it was given (`damaged`). To a caller: `file_unavailable`.
 */
export class BucketFault extends Problem {
  readonly kind: 'away' | 'refused' | 'missing' | 'damaged';

  constructor(kind: BucketFault['kind'], message: string, cause?: unknown) {
    super('file_unavailable', message, kind === 'away' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {});
    this.name = 'BucketFault';
    this.kind = kind;
    if (cause !== undefined) this.cause = cause;
  }
}

const RETRY_AFTER_SECONDS = 30;
