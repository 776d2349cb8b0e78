import { randomBytes } from 'node:crypto';
import type { Deployment } from '../../../integrations/jira/client/dialect.ts';
import type { Clock } from '../../../platform/clock.ts';

export type Account = {
  readonly accountId: string;
  readonly displayName: string;
  readonly email: string;
  readonly apiToken: string;
  readonly accountType: 'atlassian' | 'app';
  /** By what calls name it: its id, or Data Center's name. */
  readonly calledBy: string;
  /** How answers show it. */
  readonly shown: Readonly<Record<string, unknown>>;
};

export type Comment = {
  readonly id: string;
  readonly author: Account;
  body: unknown;
  readonly created: string;
  updated: string;
  readonly visibility?: unknown;
  readonly jsdPublic: boolean;
  readonly properties: Map<string, unknown>;
};

export type IssueFile = {
  readonly id: string;
  readonly filename: string;
  readonly mimeType: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly created: string;
  readonly author: Account;
};

export type Issue = {
  readonly id: string;
  key: string;
  project: string;
  readonly typeId: string;
  fields: Record<string, unknown>;
  status: StatusName;
  readonly creator: Account;
  readonly created: string;
  updated: string;
  /** When the search finds it. */
  indexedAt: number;
  readonly comments: Comment[];
  readonly files: IssueFile[];
  readonly watchers: Set<string>;
  readonly properties: Map<string, unknown>;
  readonly remoteLinks: Map<string, unknown>;
};

export type StatusName = 'To Do' | 'In Progress' | 'Done';

export const STATUSES: Readonly<Record<StatusName, string>> = {
  'To Do': 'new',
  'In Progress': 'indeterminate',
  Done: 'done',
};

export const TYPES = [
  { id: '10001', name: 'Task', subtask: false },
  { id: '10002', name: 'Bug', subtask: false },
];

export const CLOUD_ID = '11223344-a1b2-3b33-c444-def123456789';
export const MAX_FILE_BYTES = 10_000_000;

export type World = ReturnType<typeof createWorld>;

/** What a Jira site holds: people, projects, issues. */
export function createWorld(clock: Clock, deployment: Deployment) {
  const accounts: Account[] = [];
  const issues: Issue[] = [];
  const projects = [
    { id: '10100', key: 'DEV', name: 'Development', readonly: false, requires: [] as string[] },
    { id: '10101', key: 'OPS', name: 'Operations', readonly: false, requires: ['customfield_10010'] },
  ];
  const boards = [
    { id: 1, name: 'Support board', projectKey: 'DEV' as string | null },
    { id: 2, name: 'Operations', projectKey: 'OPS' },
    { id: 3, name: 'Everything of mine', projectKey: null },
  ];
  let nextId = 20_000;
  const counts = new Map<string, number>();
  const world = {
    clock,
    deployment,
    accounts,
    projects,
    boards,
    /** Whether callers may see boards, for which the usual scopes are not enough. */
    showsBoards: true,
    /** Whether the screen for new issues has the field. */
    takesReporters: true,
    /** Whether callers may look people up. */
    mayBrowsePeople: true,
    issues,
    /** Every comment ever written, by its id. */
    comments: new Map<string, { readonly issue: Issue; readonly comment: Comment }>(),
    /** Seconds until the search finds what was made; `never` is a number too. */
    indexLagSeconds: 0,
    id: () => String((nextId += 1)),
    now: () => clock.now().toISOString().replace('Z', '+0000'),
    addAccount(displayName: string, accountType: Account['accountType'] = 'atlassian'): Account {
      const name = displayName.toLowerCase().replace(/\W+/g, '.');
      const isCloud = deployment === 'cloud';
      const accountId = isCloud
        ? `712020:${randomBytes(8).toString('hex')}`
        : `JIRAUSER${10_100 + accounts.length}`;
      const email = `${name}@example.com`;
      const account: Account = {
        accountId,
        displayName,
        email,
        apiToken: `${isCloud ? 'ATATT' : 'NjM2'}${randomBytes(12).toString('hex')}`,
        accountType,
        calledBy: isCloud ? accountId : name,
        shown: isCloud
          ? { accountId, accountType, displayName, active: true }
          : { key: accountId, name, emailAddress: email, displayName, active: true },
      };
      accounts.push(account);
      return account;
    },
    find: (idOrKey: string) => issues.find(({ id, key }) => id === idOrKey || key === idOrKey),
    nextKey(project: string): string {
      const count = (counts.get(project) ?? 0) + 1;
      counts.set(project, count);
      return `${project}-${count}`;
    },
    touch(issue: Issue): void {
      issue.updated = world.now();
    },
  };
  return world;
}
