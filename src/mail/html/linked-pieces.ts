const ADDRESS = /https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]}]/giu;

/** A text in pieces: its web addresses, and what stands between them. A sentence that ends with an address ends after it. */
export function linkedPieces(
  text: string,
): readonly { readonly text: string; readonly isAddress: boolean }[] {
  const pieces: { text: string; isAddress: boolean }[] = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    if (!URL.canParse(address)) continue;
    pieces.push({ text: text.slice(end, index), isAddress: false }, { text: address, isAddress: true });
    end = index + address.length;
  }
  return [...pieces, { text: text.slice(end), isAddress: false }];
}
