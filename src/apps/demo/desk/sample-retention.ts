import type { Deps } from '../../../platform/deps.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { setRetention } from '../../../requests/retention/set-retention.ts';

/** Lets the mailbox let go of what it keeps, soon enough that of the six weeks behind it something would go tonight. */
export async function setSampleRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  const retention = { originalsDays: 14, attachmentsDays: 21, bodiesDays: 28, requestsDays: 365 };
  await setRetention(deps, actor, { mailboxId, retention });
}
