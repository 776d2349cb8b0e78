/** A file that is read in slices, so that 30 MB are never in memory at once. */
export type StoredFile = {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  /** Bytes from an offset on, at most `length`; none once the file is gone. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
};
