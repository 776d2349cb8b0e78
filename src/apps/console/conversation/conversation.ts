import { listRequests } from '../../../requests/lists/list-requests.ts';
import { listMessages } from '../../../requests/messages/list-messages.ts';
import type { MessageView } from '../../../requests/messages/message-view.ts';
import { listRecipients, type ReplyRecipient } from '../../../requests/replies/list-recipients.ts';
import type { Draft } from '../../../requests/drafts/draft.ts';
import { findDraft } from '../../../requests/drafts/find-draft.ts';
import type { Present } from '../../../requests/presence/presence.ts';
import { findPresence } from '../../../requests/presence/tell-presence.ts';
import type { AskedField } from '../../../requests/fields/field.ts';
import { listAskedFields } from '../../../requests/fields/find-field.ts';
import { type RefusedFields, refusedFields, type RefusedForm } from '../fields/refused-fields.ts';
import { findRequest } from '../../../requests/request/find-request.ts';
import type { RequestView } from '../../../requests/request/request-view.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { CannedReply } from '../../../requests/canned-replies/canned-reply.ts';
import { listCannedReplies } from '../../../requests/canned-replies/find-canned-reply.ts';
import { findGone, type GoneParts } from '../../../requests/retention/find-gone.ts';
import type { Typed } from '../answer/typed.ts';
import { atPlace, readListQuery } from '../list/query.ts';
import { listAllOperators } from '../parts/operators.ts';
import { listAllTeams } from '../parts/teams.ts';
import { type JiraPanel, readPanel } from '../jira/panel.ts';
import type { Visit } from '../shell/visit.ts';
import { everyPage } from '../parts/every-page.ts';

/** All that the page of a request shows. */
export type Conversation = {
  readonly request: RequestView;
  readonly messages: readonly MessageView[];
  readonly others: readonly RequestView[];
  readonly recipients: readonly ReplyRecipient[];
  readonly operators: readonly Operator[];
  readonly teams: readonly Team[];
  /** The query string of the list one came from, and its neighbours there. */
  readonly from: string;
  readonly next: number | null;
  readonly previous: number | null;
  readonly typed: Typed | null;
  /** Who else looks at it, or writes on it. */
  readonly present: readonly Present[];
  /** Those that fit its mailbox. */
  readonly canned: readonly CannedReply[];
  /** What its mailbox's requests are asked. */
  readonly asked: readonly AskedField[];
  readonly refused: RefusedFields;
  /** What its mailbox has let go of, and when; null: nothing. */
  readonly gone: GoneParts | null;
  /** Null on a desk without Jira. */
  readonly jira: JiraPanel | null;
  readonly drafts: { readonly reply: Draft | null; readonly note: Draft | null };
};

const NEIGHBOURS = 100;

/** Reads it. */
export async function readConversation(
  visit: Visit,
  requestId: number,
  {
    from,
    typed,
    refused,
  }: {
    readonly from: string;
    readonly typed: Typed | null;
    readonly refused: RefusedForm | null;
  },
): Promise<Conversation> {
  const { deps, actor } = visit;
  const request = await findRequest(deps, actor, requestId);
  const [
    messages,
    others,
    recipients,
    operators,
    teams,
    list,
    present,
    canned,
    reply,
    note,
    jira,
    asked,
    gone,
  ] = await Promise.all([
    everyPage((place) =>
      listMessages(deps, actor, { requestId, sort: { field: 'id', descending: false }, ...place }),
    ),
    listRequests(deps, actor, {
      filters: { contactId: [request.contactId] },
      sort: { field: 'lastMessageAt', descending: true },
      limit: 11,
    }),
    listRecipients(deps, actor, { requestId }),
    listAllOperators(visit),
    listAllTeams(visit),
    neighbours(visit, requestId, from),
    findPresence(deps, actor, { requestIds: [requestId] }),
    everyPage((place) =>
      listCannedReplies(deps, actor, {
        filters: { mailboxId: request.mailboxId },
        sort: { field: 'name', descending: false },
        ...place,
      }),
    ),
    findDraft(deps, actor, { requestId, kind: 'reply' }),
    findDraft(deps, actor, { requestId, kind: 'note' }),
    readPanel(visit, requestId),
    listAskedFields(deps, actor, request.mailboxId),
    findGone(deps, actor, { requestId }),
  ]);
  return {
    request,
    messages,
    others: others.items.filter((other) => other.id !== requestId),
    recipients,
    operators,
    teams,
    from,
    ...list,
    typed,
    present: present.filter(({ operatorId }) => operatorId !== actor.operatorId),
    canned,
    jira,
    asked,
    refused: refusedFields(visit, refused, asked),
    gone,
    drafts: { reply, note },
  };
}

/** The requests before and after one in the list it was opened from. */
export async function neighbours(
  { deps, actor }: Visit,
  requestId: number,
  from: string,
): Promise<{ readonly next: number | null; readonly previous: number | null }> {
  if (from === '') return { next: null, previous: null };
  const { filters, sort, place } = readListQuery(new URLSearchParams(from), actor);
  const { items } = await atPlace(place, (here) =>
    listRequests(deps, actor, { filters, sort, limit: NEIGHBOURS, ...here }),
  );
  const at = items.findIndex((each) => each.id === requestId);
  if (at === -1) return { next: items[0]?.id ?? null, previous: null };
  return { next: items[at + 1]?.id ?? null, previous: items[at - 1]?.id ?? null };
}
