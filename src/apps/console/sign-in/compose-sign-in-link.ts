import type { Deps } from '../../../platform/deps.ts';
import type { DeskComposer } from '../../../outbox/desk-mail/desk-mail.ts';
import { drawSecret } from '../../../people/credentials/token-secret.ts';
import { markLinkMade } from './queries.ts';

export const LINK_HOLDS_MS = 15 * 60_000;

/**
 * Writes the email of a sign-in link. Its secret is drawn here, once per attempt, and only its hash is stored: the
 * outbox keeps no email that signs somebody in.
 */
export function composeSignInLink(deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>): DeskComposer {
  return async ({ aboutId, to }) => {
    const { secret, hash } = drawSecret();
    const expiresAt = new Date(deps.clock.now().getTime() + LINK_HOLDS_MS);
    if (aboutId === null || !(await markLinkMade(deps.db, aboutId, hash, expiresAt))) return null;
    const url = `${deps.publicUrl}/sign-in?token=${secret}`;
    return {
      subject: 'Your sign-in link',
      text:
        `Hello ${to.name},\n\nOpen this page and press its button to sign in to Mailroom:\n\n${url}\n\n` +
        'It works once, within 15 minutes. If you did not ask for it, ignore this email.\n',
    };
  };
}
