import type { DeskComposers } from '../../outbox/desk-mail/desk-mail.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { composeDigest } from './send-digests.ts';
import { composeTelling } from './tell-operators.ts';

/** How the mails to operators are written when they are sent. */
export function tellingComposers(deps: Pick<OutboxDeps, 'db' | 'clock' | 'publicUrl'>): DeskComposers {
  const telling = composeTelling(deps);
  return {
    request_assigned: telling,
    request_mentioned: telling,
    request_needs_attention: telling,
    request_new_in_team: telling,
    request_breached: telling,
    digest: composeDigest(deps),
  };
}
