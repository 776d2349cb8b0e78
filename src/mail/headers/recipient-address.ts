import { domainToASCII } from 'node:url';

// RFC 6531 adds letters of every script to what RFC 5322 has for a local part.
const LOCAL_PART = /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * A bare email address in the one form the desk stores (lower case, IDNA domain, no plus or dot folding), or null for
 * anything else, quoted local parts and address literals included. Its local part may have letters of any script.
 */
export function recipientAddress(text: string): string | null {
  const at = text.lastIndexOf('@');
  if (at < 1) return null;
  const local = text.slice(0, at).normalize('NFC');
  const domain = domainToASCII(text.slice(at + 1));
  if (!LOCAL_PART.test(local) || local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return null;
  if (!DOMAIN.test(domain) || domain.length > 253) return null;
  return `${local.toLowerCase()}@${domain}`;
}

/** An email address or a domain in the form the desk stores; null for anything else. A domain is tried as that of an address. */
export function addressOrDomain(text: string): string | null {
  const given = text.trim().toLowerCase();
  return given.includes('@')
    ? recipientAddress(given)
    : (recipientAddress(`x@${given}`)?.slice('x@'.length) ?? null);
}
