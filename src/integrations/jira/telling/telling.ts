import type { JiraClient } from '../client/jira-client.ts';
import type { ConnectionRow } from '../connections/connection.ts';
import type { IssueRow } from './issue-queries.ts';

/** An issue that is told what waits, and by whom. */
export type Telling = {
  readonly jira: JiraClient;
  readonly connection: ConnectionRow;
  readonly issue: IssueRow;
  /** Empty before it is made: nothing else is told then. */
  readonly jiraId: string;
};
