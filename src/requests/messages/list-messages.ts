import type { OutboxDeps } from '../../outbox/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findRequest } from '../request/find-request.ts';
import { completeMessages } from './complete-messages.ts';
import type { MessageSort } from './message-sorts.ts';
import type { MessageView } from './message-view.ts';
import { countMessages, listMessageRows } from './queries.ts';

/** A page of a request's messages, each with its attachments and what became of its delivery. */
export async function listMessages(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  actor: OperatorActor,
  input: PageInput<MessageSort> & { readonly requestId: number },
): Promise<Page<MessageView> & Counted> {
  const { requestId } = input;
  await findRequest(deps, actor, requestId);
  const page = await readPage(['messages', requestId], input, {
    rows: (range) => listMessageRows(deps.db, requestId, range),
    count: () => countMessages(deps.db, requestId),
  });
  return { ...page, items: await completeMessages(deps, page.items) };
}
