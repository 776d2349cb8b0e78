import type { Operator } from '../../../people/operators/operator.ts';
import type { ListedRequest } from '../../../requests/lists/list-requests.ts';
import type { MailboxRow } from '../parts/mailbox-row.ts';
import type { ListQuery } from './query.ts';

/** All that the page of a list shows. */
export type ListFacts = {
  readonly query: ListQuery;
  readonly items: readonly ListedRequest[];
  /** How many there are in all; `1000+` where nobody counts on. */
  readonly total: { readonly count: number; readonly capped: boolean };
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
  readonly operators: readonly Operator[];
  readonly mailboxes: readonly MailboxRow[];
  /** Rows that stay selected, because not everything was done to them, and why. */
  readonly refused: ReadonlyMap<number, string>;
};
