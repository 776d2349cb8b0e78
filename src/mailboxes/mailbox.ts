import { domainToASCII } from 'node:url';

export type Language = 'en' | 'ru';

export type ThreadBy = 'sender' | 'conversation';

export type NoticeKind = 'created' | 'taken' | 'closed';

/** A Gmail address that people write to, and how its mail is treated. */
export type Mailbox = {
  readonly id: number;
  readonly address: string;
  readonly name: string;
  readonly language: Language;
  readonly threadBy: ThreadBy;
  readonly reopenDays: number;
  readonly notices: readonly NoticeKind[];
  readonly groupAddresses: readonly string[];
  readonly allowedSenders: readonly string[];
  readonly deniedSenders: readonly string[];
  readonly acceptSince: Date;
};

/** What the relay says of itself with every post. */
export type RelayState = {
  readonly version: string;
  readonly account: string;
  readonly pending: number;
  readonly failed: number;
  readonly runtimeTodaySeconds: number;
};

const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/i;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * A bare e-mail address in the one form the desk stores (lower case, IDNA domain, no plus or dot folding), or null for
 * anything else, quoted local parts and address literals included: Gmail gives out neither.
 */
export function mailboxAddress(text: string): string | null {
  const at = text.lastIndexOf('@');
  if (at < 1) return null;
  const local = text.slice(0, at);
  const domain = domainToASCII(text.slice(at + 1));
  if (!LOCAL_PART.test(local) || local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return null;
  if (!DOMAIN.test(domain) || domain.length > 253) return null;
  return `${local.toLowerCase()}@${domain}`;
}
