import { recipientAddress } from './recipient-address.ts';

/**
 * A bare email address in the one form the desk stores (lower case, IDNA domain, no plus or dot folding), or null for
 * anything else, quoted local parts and address literals included: Gmail gives out neither, nor letters beyond ASCII.
 */
export function asciiAddress(text: string): string | null {
  const address = recipientAddress(text);
  return address !== null && /^\p{ASCII}+$/u.test(address) ? address : null;
}
