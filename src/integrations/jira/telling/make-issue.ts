import { type NewEvent, recordEvent } from '../../../people/history/record-event.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import { PROPERTY, createIssue, setIssueProperty } from '../client/issues.ts';
import { type JiraClient, searchIssues } from '../client/jira-client.ts';
import { jqlText } from '../client/dialect.ts';
import { type JiraFault, jiraFault } from '../client/jira-fault.ts';
import { findPerson } from '../client/people.ts';
import type { ConnectionRow } from '../connections/connection.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { type Creation, markLabel } from '../links/link.ts';
import { type IssueRow, listLiveLinks, markMade } from './issue-queries.ts';
import type { Telling } from './telling.ts';

/** Makes an issue of what was asked for, and returns the id that it has in Jira. */
export async function makeIssue(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'publicUrl'>,
  { jira, connection, issue }: Telling,
): Promise<string> {
  const creation = creationOf(issue);
  const reporter = creation.reporter === null ? null : await findPerson(jira, creation.reporter);
  const label = markLabel(connection.instance, issue.id);
  const property = propertyOf(connection, issue.id);
  const create = async (wanted: Creation): Promise<{ readonly id: string; readonly key: string }> => {
    const named = wanted.reporter === null ? null : reporter;
    const fields = fieldsOf(wanted, jira, { readAt: deps.publicUrl, label, reporter: named });
    try {
      return await createIssue(jira, { fields, property });
    } catch (error) {
      const lesser = withoutRefused(wanted, jiraFault(error));
      if (lesser === null) throw error;
      return create(lesser);
    }
  };
  const made = await create(creation);
  await adopt(deps, issue, { ...made, fault: null });
  return made.id;
}

/** Looks by its label for an issue whose answer was lost; null when it is not there (yet). */
export async function findIssue(
  deps: Pick<JiraDeps, 'db' | 'clock'>,
  { jira, connection, issue }: Telling,
): Promise<{ readonly jiraId: string } | null> {
  const label = markLabel(connection.instance, issue.id);
  const found = await searchIssues(jira, {
    jql: `project = ${jqlText(creationOf(issue).projectKey)} AND labels = ${jqlText(label)}`,
    fields: ['created', 'labels'],
    properties: [PROPERTY],
    most: 10,
  });
  const [first, ...others] = found.toSorted((a, b) => Number(a.id) - Number(b.id));
  if (first === undefined) return null;
  const fault = others.length === 0 ? null : `Also made: ${others.map(({ key }) => key).join(', ')}.`;
  await adopt(deps, issue, { ...first, fault });
  if (first.properties?.[PROPERTY] === undefined)
    await setIssueProperty(jira, first.id, propertyOf(connection, issue.id));
  return { jiraId: first.id };
}

function creationOf({ id, creation }: IssueRow): Creation {
  if (creation === null) throw new Error(`issue ${id} has nothing to be made of`);
  return creation;
}

// An issue without its priority or reporter is better than none.
function withoutRefused(creation: Creation, { kind, fields }: JiraFault): Creation | null {
  if (kind !== 'refused') return null;
  if (fields['priority'] !== undefined && creation.priorityId !== null)
    return { ...creation, priorityId: null };
  if (fields['reporter'] !== undefined && creation.reporter !== null) return { ...creation, reporter: null };
  return null;
}

/** What marks whatever is made for a row of ours. */
export function propertyOf(connection: ConnectionRow, issueId: number, changeId: number | null = null) {
  return { instance: connection.instance, issueId, ...(changeId === null ? {} : { changeId }) };
}

function fieldsOf(
  creation: Creation,
  jira: JiraClient,
  more: {
    readonly readAt: string;
    readonly label: string;
    readonly reporter: string | null;
  },
) {
  return {
    ...creation.fields,
    project: { key: creation.projectKey },
    issuetype: { id: creation.issueTypeId },
    summary: creation.summary,
    description: jira.dialect.body(creation.text, { readAt: more.readAt, mentions: [] }),
    labels: [...creation.labels, more.label],
    ...(more.reporter === null ? {} : { reporter: { [jira.dialect.personKey]: more.reporter } }),
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

/** Records an event in the history of every request that is linked to an issue. */
export async function tellLinked(
  tx: Transaction,
  issueId: number,
  event: Pick<NewEvent, 'type' | 'old' | 'new' | 'at'>,
): Promise<void> {
  for (const { mailboxId, requestId } of await listLiveLinks(tx, issueId))
    await recordEvent(tx, { ...event, actor: { kind: 'system' }, mailboxId, requestId });
}
