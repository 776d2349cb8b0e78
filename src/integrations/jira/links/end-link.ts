import type { OperatorActor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { notFound, Problem } from '../../../platform/problems.ts';
import { lockVisibleRequest, type OnRequest } from '../../../requests/locks.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { endLink, listLinkRows, markRetried } from './queries.ts';

type OnLink = OnRequest & { readonly linkId: number };

/** Unties a request from an issue, which stays as it is in Jira. */
export async function unlinkRequest(
  deps: Pick<JiraDeps, 'db' | 'clock'>,
  actor: OperatorActor,
  on: OnLink,
): Promise<void> {
  requirePermission(actor, 'jira.link');
  const { requestId, linkId } = on;
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, on);
    const ended = await endLink(tx, { linkId, requestId, at });
    if (ended === null) throw notFound('link', linkId);
    await recordEvent(tx, {
      type: 'jira.link_removed',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId,
      old: { linkId, key: ended.key },
    });
  });
}

/** Has an issue that Jira refused, or that could not be reached, tried again. */
export async function retryLink(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'wakeJira'>,
  actor: OperatorActor,
  on: OnLink,
): Promise<void> {
  requirePermission(actor, 'jira.link');
  const { requestId, linkId } = on;
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockVisibleRequest(tx, actor, on);
    if (await markRetried(tx, linkId, requestId, at)) return;
    const link = (await listLinkRows(tx, requestId)).find(({ id }) => id === linkId);
    if (link === undefined) throw notFound('link', linkId);
    throw new Problem('wrong_state', `The link is ${link.state}; retry works on refused, broken.`);
  });
  deps.wakeJira?.();
}
