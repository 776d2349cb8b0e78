/** A body as it comes, a piece at a time; nothing is taken in before a piece is asked for, and little ahead of it. */
export type Pieces = {
  /** The next piece, null at the end; rejects when the body breaks off. */
  readonly next: () => Promise<Uint8Array | null>;
  /** Reads no further; what is left can be read by somebody else. */
  readonly release: () => void;
};
