import type { JiraClient } from '../client/jira-client.ts';
import type { JiraComment, JiraIssue } from '../client/shapes.ts';
import type { ConnectionRow } from '../connections/connection.ts';
import type { JiraDeps } from '../jira-deps.ts';
import type { Heard } from './queries.ts';

export type ReadDeps = Pick<JiraDeps, 'db' | 'clock' | 'log' | 'wakeDeliveries'>;

export type From = { readonly jira: JiraClient; readonly connection: ConnectionRow };

/** An issue as it was read, with what is known of it. */
export type IssueReading = From & {
  readonly issue: JiraIssue;
  readonly comments: readonly JiraComment[];
  /** Comments and files that were made from here, as `comment:…` and `file:…`. */
  readonly own: ReadonlySet<string>;
  readonly heard: readonly Heard[];
};
