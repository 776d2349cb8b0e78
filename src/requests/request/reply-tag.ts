import { domainOf, localPartOf } from '../../mail/headers/address-parts.ts';
import { randomBytes } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new tag for a reply address: 80 random bits as 16 lower-case base32 characters, which every mail client keeps. */
export function newReplyTag(): string {
  // 256 is a multiple of 32, so the remainder of a random byte is as random.
  return Array.from(randomBytes(16), (byte) => BASE32[byte % 32]).join('');
}

/** The tag in one of this mailbox's reply addresses (`name+<tag>@domain`), or null for any other address. */
export function replyTagIn(address: string, mailboxAddress: string): string | null {
  const prefix = `${localPartOf(mailboxAddress)}+`;
  const suffix = `@${domainOf(mailboxAddress)}`;
  if (!address.startsWith(prefix) || !address.endsWith(suffix)) return null;
  const tag = address.slice(prefix.length, address.length - suffix.length);
  return /^[a-z2-7]{16}$/.test(tag) ? tag : null;
}
