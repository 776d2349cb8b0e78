import type { Bytes } from '../bucket/bytes.ts';

/** What a scanner finds in a file. */
export type ScanVerdict =
  | { readonly kind: 'clean' }
  /** By the name of the signature. */
  | { readonly kind: 'found'; readonly name: string }
  /** Why it cannot be looked into. */
  | { readonly kind: 'unscannable'; readonly why: string };

export type Scanner = {
  /** Scans bytes, which are read anew for each attempt. Rejects with `ScannerAway` when nobody can scan now. */
  readonly scan: (bytes: () => Bytes) => Promise<ScanVerdict>;
  /** Why nobody can scan now, null when it answers; asks it every quarter of a minute at most. */
  readonly trouble: () => Promise<string | null>;
};

/** The scanner does not answer: the file waits. */
export class ScannerAway extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ScannerAway';
  }
}
