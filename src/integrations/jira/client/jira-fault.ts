/**
 * `limited` and `unreachable` were surely not executed; after `unclear` nobody knows. `denied`: the credential does not
 * hold; `scope`: it holds and was not granted enough.
 */
export type JiraFaultKind =
  'limited' | 'unreachable' | 'unclear' | 'denied' | 'scope' | 'forbidden' | 'missing' | 'refused';

/** Why Jira did not do what it was asked. */
export class JiraFault extends Error {
  readonly kind: JiraFaultKind;
  readonly status: number | null;
  /** What it has against single fields, word for word. */
  readonly fields: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | null;
  /** Which limit was reached, as Atlassian names it. */
  readonly limit: string | null;

  constructor(
    kind: JiraFaultKind,
    message: string,
    more: {
      readonly status?: number;
      readonly fields?: Readonly<Record<string, string>>;
      readonly retryAfterSeconds?: number | null;
      readonly limit?: string | null;
    } = {},
  ) {
    super(message);
    this.name = 'JiraFault';
    this.kind = kind;
    this.status = more.status ?? null;
    this.fields = more.fields ?? {};
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    this.limit = more.limit ?? null;
  }
}

/** The fault in an error; what is none of Jira's is thrown on, for it is a bug or the database's. */
export function jiraFault(error: unknown): JiraFault {
  if (error instanceof JiraFault) return error;
  throw error;
}

/** True for what a repeat would not change. */
export function isFinal(fault: JiraFault): boolean {
  return fault.kind === 'refused' || fault.kind === 'forbidden' || fault.kind === 'missing';
}
