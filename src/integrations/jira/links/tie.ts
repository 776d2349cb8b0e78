import type { Actor } from '../../../people/access/actor.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import type { RequestRow } from '../../../requests/request.ts';
import { insertFirstChanges, insertLink } from './queries.ts';

/** Ties a request that the caller has locked to an issue's row; null when it is tied to it already. */
export async function tie(
  tx: Transaction,
  actor: Actor,
  given: {
    readonly request: Pick<RequestRow, 'id' | 'mailboxId'>;
    readonly issue: { readonly id: number; readonly connectionId: number; readonly key: string | null };
    /** The issue is made of the request. */
    readonly isNew?: boolean;
    readonly afterMessageId: number;
    readonly closeTold: boolean;
    /** The message whose files go along. */
    readonly filesOf?: number | null;
    readonly watchers: readonly string[];
    readonly at: Date;
  },
): Promise<number | null> {
  const { request, issue, isNew = false, filesOf = null, watchers, at } = given;
  const { afterMessageId, closeTold } = given;
  const issueId = issue.id;
  const linkId = await insertLink(tx, { requestId: request.id, issueId, afterMessageId, closeTold, at });
  if (linkId === null) return null;
  await insertFirstChanges(tx, { linkId, issueId, isNew, filesOf, watchers, at });
  await recordEvent(tx, {
    type: 'jira.link_added',
    actor,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    new: { linkId, connectionId: issue.connectionId, key: issue.key },
  });
  return linkId;
}
