import type { Mapping } from '../mappings/mapping.ts';

/** `creating`: it is about to be made; `uncertain`: it was asked for, and no answer came. */
export type IssueState = 'creating' | 'uncertain' | 'linked' | 'refused' | 'broken';

/** A request's tie to an issue, as it is shown. */
export type LinkView = {
  readonly id: number;
  readonly requestId: number;
  readonly connectionId: number;
  readonly state: IssueState;
  readonly key: string | null;
  readonly siteUrl: string;
  readonly summary: string | null;
  readonly status: string | null;
  readonly statusCategory: string | null;
  readonly assignee: string | null;
  readonly fault: string | null;
  readonly waitingChanges: number;
  readonly readAt: Date | null;
  readonly createdAt: Date;
};

/** What an issue is made of, fixed when it is asked for. */
export type Creation = Pick<Mapping, 'projectKey' | 'issueTypeId' | 'fields'> & {
  readonly summary: string;
  readonly text: string;
  readonly labels: readonly string[];
  readonly priorityId: string | null;
  /** The address of who reports it, if Jira knows them. */
  readonly reporter: string | null;
};

const MAX_SUMMARY = 255;

/** A subject as Jira takes it: one line, and some. */
export function summaryOf(subject: string, requestId: number): string {
  const line = subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (line === '') return `Request ${requestId}`;
  return line.length <= MAX_SUMMARY ? line : `${line.slice(0, MAX_SUMMARY - 1).toWellFormed()}…`;
}

/** Words as a label: Jira takes none with a space in it. */
export function labelOf(text: string): string {
  return text.trim().replace(/\s+/gu, '-').slice(0, MAX_SUMMARY).toWellFormed();
}

/** What an issue made from here bears, so that it is found though its answer was lost. */
export function markLabel(instance: string, issueId: number): string {
  return `mailroom-${instance}-${issueId}`;
}
