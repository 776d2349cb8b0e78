import type { Deps } from '../deps.ts';
import { decodeCursor } from '../http/lists/cursor.ts';
import { byId, type Page, pageOf } from '../http/lists/page.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { completeMessages } from './complete-messages.ts';
import { findRequest } from '../requests/find-request.ts';
import { listMessageRows } from './queries.ts';
import type { MessageView } from './message-view.ts';

/** A page of a request's messages, oldest first, each with its attachments and what became of its delivery. */
export async function listMessages(
  deps: Pick<Deps, 'db' | 'clock' | 'transports'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<MessageView>> {
  const scope = `messages ${input.requestId}`;
  const after = input.cursor === undefined ? null : decodeCursor(input.cursor, scope);
  await findRequest(deps, actor, input.requestId);
  const rows = await listMessageRows(deps.db, input.requestId, after, input.limit + 1);
  const page = pageOf(rows, input.limit, scope, byId);
  return { items: await completeMessages(deps, page.items), nextCursor: page.nextCursor };
}
