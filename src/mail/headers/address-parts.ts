/** The part of an address after its last `@`; the whole text without one. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** The part before the last `@`; the whole text without one. */
export function localPartOf(address: string): string {
  return address.includes('@') ? address.slice(0, address.lastIndexOf('@')) : address;
}

/** Turns `name+tag@domain` into `name@domain`; any other address is returned unchanged. */
export function withoutPlus(address: string): string {
  return address.replace(/\+[^@]*@/, '@');
}

/** `name+tag@domain` of `name@domain`. */
export function withPlus(address: string, tag: string): string {
  return `${localPartOf(address)}+${tag}@${domainOf(address)}`;
}
