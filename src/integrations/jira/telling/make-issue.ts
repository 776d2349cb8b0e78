import { type NewEvent, recordEvent } from '../../../people/history/record-event.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import { PROPERTY, createIssue, setIssueProperty } from '../client/issues.ts';
import { type JiraClient, searchIssues } from '../client/jira-client.ts';
import { jqlText } from '../client/dialect.ts';
import { type JiraFault, jiraFault } from '../client/jira-fault.ts';
import type { ConnectionRow } from '../connections/connection.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { type Creation, markLabel } from '../links/link.ts';
import {
  clearAttempt,
  type IssueRow,
  listLiveLinks,
  markAttempt,
  markIssueRefused,
  markMade,
  markUncertain,
  updateCreation,
} from './issue-queries.ts';

const SECOND = 1000;
/** The index finds most issues at once, and some only after minutes. */
const FIRST_SEARCH_MS = 30 * SECOND;
const NEXT_SEARCH_MS = 300 * SECOND;
const SEARCHES = 2;

/**
 * Makes an issue, once. That it is asked for is committed before it is; an attempt without an answer is searched for by the
 * label that it bears, and only made again when it was not found twice, five minutes apart.
 */
export async function makeOrFind(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'publicUrl'>,
  issue: IssueRow,
  to: { readonly jira: JiraClient; readonly connection: ConnectionRow },
): Promise<void> {
  const { creation } = issue;
  if (creation === null) throw new Error(`issue ${issue.id} has nothing to be made of`);
  if (issue.state === 'creating' && issue.attemptedAt === null) return make(deps, issue, creation, to);
  const label = markLabel(to.connection.instance, issue.id);
  const found = await searchIssues(to.jira, {
    jql: `project = ${jqlText(creation.projectKey)} AND labels = ${jqlText(label)}`,
    fields: ['created', 'labels'],
    properties: [PROPERTY],
    most: 10,
  });
  const [first, ...others] = found.toSorted((a, b) => Number(a.id) - Number(b.id));
  if (first !== undefined) {
    const fault = others.length === 0 ? null : `Also made: ${others.map(({ key }) => key).join(', ')}.`;
    await adopt(deps, issue, { ...first, fault });
    if (first.properties?.[PROPERTY] === undefined)
      await setIssueProperty(to.jira, first.id, propertyOf(to.connection, issue.id));
    return;
  }
  const searches = issue.state === 'uncertain' ? issue.searches + 1 : 0;
  if (searches >= SEARCHES) return clearAttempt(deps.db, issue.id);
  const wait = searches === 0 ? FIRST_SEARCH_MS : NEXT_SEARCH_MS;
  await doubt(deps, issue, searches, wait);
}

async function make(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'publicUrl'>,
  issue: IssueRow,
  creation: Creation,
  to: { readonly jira: JiraClient; readonly connection: ConnectionRow },
): Promise<void> {
  await markAttempt(deps.db, issue.id, deps.clock.now());
  const fields = fieldsOf(creation, to.jira, {
    readAt: deps.publicUrl,
    label: markLabel(to.connection.instance, issue.id),
  });
  try {
    const made = await createIssue(to.jira, { fields, property: propertyOf(to.connection, issue.id) });
    await adopt(deps, issue, { ...made, fault: null });
  } catch (error) {
    const fault = jiraFault(error);
    if (fault.kind === 'unclear') return doubt(deps, issue, 0, FIRST_SEARCH_MS);
    await clearAttempt(deps.db, issue.id);
    if (fault.kind === 'refused' && fault.fields['priority'] !== undefined && creation.priorityId !== null)
      return updateCreation(deps.db, issue.id, { ...creation, priorityId: null });
    if (isFinal(fault)) return refuse(deps, issue, fault);
    throw fault;
  }
}

/** True for what a repeat would not change. */
export function isFinal(fault: JiraFault): boolean {
  return fault.kind === 'refused' || fault.kind === 'forbidden' || fault.kind === 'missing';
}

/** What marks whatever is made for a row of ours. */
export function propertyOf(connection: ConnectionRow, issueId: number, changeId: number | null = null) {
  return { instance: connection.instance, issueId, ...(changeId === null ? {} : { changeId }) };
}

function fieldsOf(
  creation: Creation,
  jira: JiraClient,
  more: { readonly readAt: string; readonly label: string },
) {
  return {
    ...creation.fields,
    project: { key: creation.projectKey },
    issuetype: { id: creation.issueTypeId },
    summary: creation.summary,
    description: jira.dialect.body(creation.text, more.readAt),
    labels: [...creation.labels, more.label],
    ...(creation.priorityId === null ? {} : { priority: { id: creation.priorityId } }),
  };
}

function adopt(
  deps: Pick<JiraDeps, 'db' | 'clock'>,
  issue: IssueRow,
  made: { readonly id: string; readonly key: string; readonly fault: string | null },
): Promise<void> {
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    await markMade(tx, issue.id, { jiraId: made.id, key: made.key, fault: made.fault, at });
    await tellLinked(tx, issue.id, { type: 'jira.issue_created', new: { key: made.key }, at });
  });
}

function refuse(deps: Pick<JiraDeps, 'db' | 'clock'>, issue: IssueRow, fault: JiraFault): Promise<void> {
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    await markIssueRefused(tx, issue.id, fault.message);
    await tellLinked(tx, issue.id, { type: 'jira.issue_refused', new: { reason: fault.message }, at });
  });
}

function doubt(
  deps: Pick<JiraDeps, 'db' | 'clock'>,
  issue: IssueRow,
  searches: number,
  wait: number,
): Promise<void> {
  const nextAt = new Date(deps.clock.now().getTime() + wait);
  const fault = 'Jira did not answer when the issue was made; it is looked for.';
  return markUncertain(deps.db, issue.id, { searches, nextAt, fault });
}

/** Records an event in the history of every request that is linked to an issue. */
export async function tellLinked(
  tx: Transaction,
  issueId: number,
  event: Pick<NewEvent, 'type' | 'old' | 'new' | 'at'>,
): Promise<void> {
  for (const { mailboxId, requestId } of await listLiveLinks(tx, issueId))
    await recordEvent(tx, { ...event, actor: { kind: 'system' }, mailboxId, requestId });
}
