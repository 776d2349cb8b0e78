import type { Transaction } from '../../../platform/db/connect.ts';
import { closeLocked } from '../../../requests/life/closing.ts';
import { moveRequest } from '../../../requests/life/move-request.ts';
import { TRANSITIONS } from '../../../requests/life/transitions.ts';
import { lockContactsOf, lockRequest } from '../../../requests/locks.ts';
import { writeNote } from '../../../requests/messages/write-note.ts';
import type { RequestStatus } from '../../../requests/request.ts';
import type { StatusVerb } from '../mappings/mapping.ts';
import { findMappingRow } from '../mappings/queries.ts';
import { type LiveLink, listLiveLinks } from '../telling/issue-queries.ts';
import { tellLinked } from '../telling/make-issue.ts';
import { findHolder } from './queries.ts';

const SYSTEM = { kind: 'system' } as const;

export type StatusMove = {
  readonly issueId: number;
  readonly issueKey: string;
  readonly from: string;
  readonly to: string;
  readonly category: string | null;
  readonly at: Date;
};

/** Records on the linked requests that their issue moved, and applies their mailboxes' rules; true if an email was queued. */
export async function hearStatus(tx: Transaction, move: StatusMove): Promise<boolean> {
  const links = await listLiveLinks(tx, move.issueId);
  await lockContactsOf(
    tx,
    links.map(({ requestId }) => requestId),
  );
  await tellLinked(tx, move.issueId, {
    type: 'jira.status_changed',
    old: { key: move.issueKey, status: move.from },
    new: { key: move.issueKey, status: move.to },
    at: move.at,
  });
  let queued = false;
  for (const link of links) queued = (await apply(tx, link, move)) || queued;
  return queued;
}

async function apply(tx: Transaction, link: LiveLink, move: StatusMove): Promise<boolean> {
  const mapping = await findMappingRow(tx, link.mailboxId);
  const verb = mapping?.verbs[move.to] ?? mapping?.verbs[move.category ?? ''];
  if (verb === undefined) return false;
  const request = await lockRequest(tx, await findHolder(tx, link.requestId));
  const from: readonly RequestStatus[] = TRANSITIONS[verb].from;
  if (request === null || request.mergedInto !== null || !from.includes(request.status)) return false;
  return doVerb(tx, verb, request, move);
}

async function doVerb(
  tx: Transaction,
  verb: StatusVerb,
  request: NonNullable<Awaited<ReturnType<typeof lockRequest>>>,
  { issueKey, to, at }: StatusMove,
): Promise<boolean> {
  const notes = `${issueKey} is “${to}” in Jira.`;
  switch (verb) {
    case 'close':
      return closeLocked(tx, SYSTEM, request, { notify: true, reason: notes, at });
    case 'reopen':
      await moveRequest(tx, SYSTEM, request, {
        verb,
        type: 'request.reopened',
        facts: { reason: notes },
        at,
      });
      return false;
    case 'resolve':
      await moveRequest(tx, SYSTEM, request, { verb, type: 'request.resolved', facts: { notes }, at });
      await writeNote(tx, SYSTEM, request, { text: notes, at });
      return false;
  }
}
