/**
 * Frees the memory of a piece that nobody needs any more, now and not at the next collection: what comes in over a network
 * is not counted by V8: a hundred megabytes would stay allocated.
 */
export function letGo(piece: Uint8Array): void {
  const { buffer } = piece;
  // A small piece may lie in a pool with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === piece.byteLength) buffer.transfer(0);
}
