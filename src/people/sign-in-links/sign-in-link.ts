import type { Language } from '../../mail/language.ts';
import { MINUTE } from '../../platform/time.ts';

/** Whom a link signs in: an operator to the console, or a requester to their own requests. */
export type Whose = 'operator' | 'requester';

export type SignInLink = { readonly whose: Whose; readonly email: string; readonly language: Language };

export const LINK_HOLDS_MS = 15 * MINUTE;

/** The page of sign-in, and where a link's secret is handed in. */
export const SIGN_IN_PATHS = { operator: '/sign-in', requester: '/my/sign-in' } as const;

export function linkUrl(publicUrl: string, whose: Whose, secret: string): string {
  return `${publicUrl}${SIGN_IN_PATHS[whose]}?token=${secret}`;
}
