/** The part of an address behind its last `@`; the whole of what has none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
