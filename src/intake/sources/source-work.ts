import type { IntakeDeps } from '../deps.ts';
import type { GoogleEndpoints } from '../gmail/google/endpoints.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Looking } from '../../platform/jobs/keep-looking.ts';

export type SourceDeps = Pick<
  IntakeDeps,
  'db' | 'clock' | 'log' | 'keyring' | 'parsePool' | 'wakeDeliveries' | 'publicUrl' | 'microsoft'
> & {
  /** Defaults to Google itself. */
  readonly google?: GoogleEndpoints | undefined;
};

export type FetchingOptions = {
  /** Between two looks at a mailbox; the source's own pace unless given. */
  readonly everyMs?: number | undefined;
  /** Where a service reaches this server to tell of new mail; none unless given. */
  readonly notifyUrl?: string | undefined;
};

export type ReconcileAsked = {
  readonly address: string;
  readonly days: number;
  /** Files what is missing. */
  readonly apply: boolean;
  /** Says a line while the work goes on. */
  readonly tell: (line: string) => void;
};

/** What a comparison found: a table for people, what is said below it, and all of it for machines. */
export type Reconciled = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly string[];
  readonly json: unknown;
};

/** A number for each mailbox, as monitoring reads it. */
export type SourceGauge = {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly mailboxId: number; readonly value: number }[];
};

/** What a source says of its mailboxes to monitoring. */
export type SourceHealth = {
  /** Those that should have been heard or read by now. */
  readonly overdue: readonly number[];
  readonly gauges: readonly SourceGauge[];
};

/** What the server does for the mailboxes of a source, beside filing what they hand over. */
export type SourceWork = {
  /** Keeps fetching; absent where mail is handed over by itself. */
  readonly startFetching?: (deps: SourceDeps, options: FetchingOptions) => Looking;
  /** Each minute: tells the admins what has gone silent or ends soon. */
  readonly watch: (deps: SourceDeps) => Promise<void>;
  /** Each night: files what is missing of the last week in every mailbox that can be asked. */
  readonly reconcileNightly: (deps: SourceDeps, signal: AbortSignal | undefined) => Promise<void>;
  /** When somebody asks: compares a mailbox with what the desk has. */
  readonly reconcile: (deps: SourceDeps, asked: ReconcileAsked) => Promise<Reconciled>;
  readonly health: (deps: Pick<Deps, 'db' | 'clock'>) => Promise<SourceHealth>;
};
