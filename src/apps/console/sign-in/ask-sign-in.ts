import { queueDeskMail } from '../../../outbox/desk-mail/queue-desk-mail.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { askLink } from '../../../people/sign-in-links/make-link.ts';
import { LINK_HOLDS_MS, type SignInLink } from '../../../people/sign-in-links/sign-in-link.ts';

const KINDS = { operator: 'sign_in', requester: 'requester_sign_in' } as const;

/** Queues a sign-in link for whoever has this address. Says nothing about whether anybody has. */
export async function askSignIn(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  link: SignInLink,
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const asked = await askLink(tx, { ...link, at });
    // Also when it is for nobody: the same statements take the same time.
    await queueDeskMail(tx, {
      kind: KINDS[link.whose],
      mailboxId: null,
      to: asked === null ? [] : [{ name: asked.name, address: link.email }],
      ...(asked === null ? {} : { aboutId: asked.id }),
      at,
      worthUntil: new Date(at.getTime() + LINK_HOLDS_MS),
    });
  });
  deps.wakeDeliveries();
}
