import type { Deps } from '../../platform/deps.ts';
import { invalidField } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { seeVisibleRequest } from '../locks.ts';
import { findOutgoingContext } from '../../outbox/writing/find-outgoing-context.ts';
import type { CannedEffects } from './canned-reply.ts';
import { cannedValues } from './canned-values.ts';
import { type CannedValues, type Filled, fillText } from './fill-text.ts';
import { findCannedReply } from './find-canned-reply.ts';

/**
 * Renders a canned reply for a request, with what its answer changes of the request. A variable that neither the
 * request nor the caller fills, and that has no default, is left out and reported, so that the caller can be asked for
 * it.
 */
export async function renderCannedReply(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly cannedReplyId: number; readonly requestId: number; readonly values: CannedValues },
): Promise<Filled & CannedEffects> {
  requirePermission(actor, 'requests.reply');
  const { status, category, tags, ...canned } = await findCannedReply(deps, actor, input.cannedReplyId);
  const request = await seeVisibleRequest(deps.db, actor, { requestId: input.requestId });
  if (canned.mailboxId !== null && canned.mailboxId !== request.mailboxId) {
    throw invalidField(
      '/requestId',
      `is not in ${canned.mailboxAddress ?? 'the mailbox'}, whose canned reply it is`,
    );
  }
  const known = cannedValues(await findOutgoingContext(deps.db, request.id));
  const values = { ...known, 'operator.name': actor.name, ...input.values };
  return { ...fillText(canned.text, values), status, category, tags };
}
