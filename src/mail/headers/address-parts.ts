/** The part of an address behind its last `@`; the whole of what has none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** The part before the last `@`; the whole of what has none. */
export function localPartOf(address: string): string {
  return address.includes('@') ? address.slice(0, address.lastIndexOf('@')) : address;
}

/** `name@domain` of `name+tag@domain`; any other address as it is. */
export function withoutPlus(address: string): string {
  return address.replace(/\+[^@]*@/, '@');
}

/** `name+tag@domain` of `name@domain`. */
export function withPlus(address: string, tag: string): string {
  return `${localPartOf(address)}+${tag}@${domainOf(address)}`;
}
