import type { Deps } from '../../platform/deps.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import { findOwnAddresses } from '../../mailboxes/settings/find-own-addresses.ts';
import { findOutgoingContext } from '../../outbox/writing/find-outgoing-context.ts';
import { answerTo, defaultCc } from '../../outbox/writing/outgoing-context.ts';
import type { RecipientRole } from '../../outbox/delivery.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findRequest } from '../request/find-request.ts';

export type ReplyRecipient = Address & {
  readonly role: RecipientRole;
  /** The contact, the address they asked answers to go to, or in copy on the last message. */
  readonly reason: 'contact' | 'reply_to' | 'copied';
};

/** Who an answer to the request would reach if it were written now and named nobody in copy, each with the reason. */
export async function listRecipients(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number },
): Promise<readonly ReplyRecipient[]> {
  await findRequest(deps, actor, input.requestId);
  const [context, isOurs] = await Promise.all([
    findOutgoingContext(deps.db, input.requestId),
    findOwnAddresses(deps.db),
  ]);
  const to = answerTo(context, isOurs);
  return [
    ...to.map((each) => ({
      ...each,
      role: 'to' as const,
      reason: each.address === context.contact.email ? ('contact' as const) : ('reply_to' as const),
    })),
    ...defaultCc(context, to, isOurs).map((each) => ({
      ...each,
      role: 'cc' as const,
      reason: 'copied' as const,
    })),
  ];
}
