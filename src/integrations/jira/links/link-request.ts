import type { Transaction } from '../../../platform/db/connect.ts';
import type { Actor, OperatorActor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { type Idempotency, once } from '../../../platform/idempotency/idempotency.ts';
import { invalidField, notFound, Problem } from '../../../platform/problems.ts';
import { lockVisibleRequest, type OnRequest, seeVisibleRequest } from '../../../requests/locks.ts';
import type { Priority, RequestRow } from '../../../requests/request.ts';
import { readIssue } from '../client/issues.ts';
import { explainingJira } from '../connections/find-connections.ts';
import { withJira } from '../connections/open-jira.ts';
import { findConnectionRow } from '../connections/queries.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { type Mapping, type MappingRules, UNMAPPED } from '../mappings/mapping.ts';
import { findMappingRow } from '../mappings/queries.ts';
import { type Creation, labelOf, summaryOf } from './link.ts';
import {
  findRequestFacts,
  insertNewIssue,
  listLinkRows,
  type RequestFacts,
  upsertKnownIssue,
} from './queries.ts';
import { tie } from './tie.ts';

export type LinkInput = OnRequest & {
  /** Defaults to the one of the mailbox's mapping. */
  readonly connectionId?: number | undefined;
  /** An issue that is there already. Without it one is made. */
  readonly issueKey?: string | undefined;
  /** Where it is made; default to the mailbox's mapping. */
  readonly projectKey?: string | undefined;
  readonly issueTypeId?: string | undefined;
  readonly idempotency?: Idempotency | null;
};

/**
 * Ties a request to an issue: one that is there, or one that is made of it. It is made after the transaction, once, however
 * often its answer is lost; the tie shows how far that is.
 */
export async function linkRequest(
  deps: JiraDeps,
  actor: OperatorActor,
  input: LinkInput,
): Promise<{ readonly linkId: number }> {
  requirePermission(actor, 'jira.link');
  const { mailboxId } = await seeVisibleRequest(deps.db, actor, input);
  const mapping = await findMappingRow(deps.db, mailboxId);
  const connectionId = input.connectionId ?? mapping?.connectionId;
  if (connectionId === undefined)
    throw invalidField('/connectionId', 'is required: this mailbox has no Jira connection');
  const connection = await findConnectionRow(deps.db, connectionId);
  if (connection === null || connection.operatorId !== null) throw notFound('connection', connectionId);
  const issueKey = input.issueKey;
  const known =
    issueKey === undefined
      ? null
      : await explainingJira(() => withJira(deps, connectionId, (jira) => readIssue(jira, issueKey)));
  const at = deps.clock.now();
  const linkId = await deps.db.begin((tx) =>
    once(tx, { call: input.idempotency, now: at }, async () => {
      const request = await lockVisibleRequest(tx, actor, input);
      if (known !== null) return tieKnown(tx, actor, { request, connectionId, issue: known, mapping, at });
      const place = placeOf(input, mapping, connectionId);
      return makeIssue(tx, actor, {
        request,
        connectionId,
        mapping: { ...(mapping ?? UNMAPPED), ...place },
        publicUrl: deps.publicUrl,
        at,
      });
    }),
  );
  deps.wakeJira?.();
  return { linkId };
}

/** Has an issue made of a request that the caller has locked. */
export async function makeIssue(
  tx: Transaction,
  actor: Actor,
  given: {
    readonly request: Pick<RequestRow, 'id' | 'mailboxId'>;
    readonly connectionId: number;
    readonly mapping: IssuePlace & MappingRules;
    readonly publicUrl: string;
    readonly at: Date;
  },
): Promise<number> {
  const { request, connectionId, mapping, at } = given;
  const facts = await findRequestFacts(tx, request.id);
  if (facts === null) throw notFound('request', request.id);
  const creation = creationOf(mapping, facts, { requestId: request.id, publicUrl: given.publicUrl });
  const issueId = await insertNewIssue(tx, { connectionId, creation, at });
  const linkId = await tie(tx, actor, {
    request,
    issue: { id: issueId, connectionId, key: null },
    isNew: true,
    afterMessageId: facts.firstMessageId,
    closeTold: facts.status === 'closed',
    filesOf: mapping.attachments ? facts.firstMessageId : null,
    watchers: [...mapping.watchers, ...(mapping.copiesWatch ? facts.copies : [])],
    at,
  });
  if (linkId === null) throw new Error('a new issue was tied already');
  return linkId;
}

async function tieKnown(
  tx: Transaction,
  actor: Actor,
  given: {
    readonly request: RequestRow;
    readonly connectionId: number;
    readonly issue: { readonly id: string; readonly key: string };
    readonly mapping: Mapping | null;
    readonly at: Date;
  },
): Promise<number> {
  const { request, connectionId, issue, at } = given;
  const issueId = await upsertKnownIssue(tx, { connectionId, jiraId: issue.id, key: issue.key, at });
  const facts = await findRequestFacts(tx, request.id);
  const linkId = await tie(tx, actor, {
    request,
    issue: { id: issueId, connectionId, key: issue.key },
    afterMessageId: facts?.lastMessageId ?? 0,
    closeTold: request.status === 'closed',
    watchers: given.mapping?.watchers ?? [],
    at,
  });
  if (linkId === null)
    throw new Problem('already_exists', `Request ${request.id} is already linked to ${issue.key}.`);
  return linkId;
}

type IssuePlace = Pick<Mapping, 'projectKey' | 'issueTypeId' | 'fields'>;

function placeOf(input: LinkInput, mapping: Mapping | null, connectionId: number): IssuePlace {
  const isMapped = mapping !== null && mapping.connectionId === connectionId;
  const projectKey = input.projectKey ?? (isMapped ? mapping.projectKey : undefined);
  const isSame = isMapped && projectKey === mapping.projectKey;
  const issueTypeId = input.issueTypeId ?? (isSame ? mapping.issueTypeId : undefined);
  if (projectKey === undefined) throw invalidField('/projectKey', 'is required: this mailbox has no default');
  if (issueTypeId === undefined)
    throw invalidField('/issueTypeId', 'is required: this mailbox has no default');
  return { projectKey, issueTypeId, fields: isSame ? mapping.fields : {} };
}

function creationOf(
  mapping: IssuePlace & MappingRules,
  facts: RequestFacts,
  at: { readonly requestId: number; readonly publicUrl: string },
): Creation {
  const from = facts.contactName === '' ? facts.contactEmail : `${facts.contactName} <${facts.contactEmail}>`;
  const head = [
    ...(mapping.namesContact ? [`From: ${from}`] : []),
    `Request: ${at.publicUrl}/requests/${at.requestId}`,
  ];
  const category = mapping.categoryLabel && facts.category !== null ? [labelOf(facts.category)] : [];
  return {
    projectKey: mapping.projectKey,
    issueTypeId: mapping.issueTypeId,
    fields: mapping.fields,
    summary: summaryOf(facts.subject, at.requestId),
    text: `${head.join('\n')}\n\n${facts.text}`,
    labels: [...mapping.labels, ...category].filter((label) => label !== ''),
    priorityId: mapping.priorities[facts.priority as Priority] ?? null,
    reporter: mapping.namesReporter ? facts.contactEmail : null,
  };
}

/** A request's ties to issues, the newest first. */
export async function listLinks(
  deps: Pick<JiraDeps, 'db'>,
  actor: OperatorActor,
  { requestId }: { readonly requestId: number },
) {
  requirePermission(actor, 'requests.read');
  await seeVisibleRequest(deps.db, actor, { requestId });
  return listLinkRows(deps.db, requestId);
}
