import { createHash } from 'node:crypto';
import { domainOf } from '../../mail/headers/address-parts.ts';

/** Nothing is ever mailed there: a name below `.invalid` is nobody's (RFC 6761, 6.4). */
export const PAGE_ONLY_DOMAIN = 'requester.invalid';

/** What stands for somebody of whom the identity provider tells no address; the same person, the same address. */
export function standInAddress(issuer: string, subject: string): string {
  const hash = createHash('sha256').update(`${issuer}\n${subject}`).digest('hex');
  return `${hash.slice(0, 32)}@${PAGE_ONLY_DOMAIN}`;
}

/** True for somebody who has no email address: what the desk writes to them they read on their page alone. */
export function isPageOnly(address: string): boolean {
  return domainOf(address.toLowerCase()) === PAGE_ONLY_DOMAIN;
}
