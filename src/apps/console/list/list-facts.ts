import type { Operator } from '../../../people/operators/operator.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { AskedField } from '../../../requests/fields/field.ts';
import type { ListedRequest } from '../../../requests/lists/list-requests.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { Present } from '../../../requests/presence/presence.ts';
import type { UpToCount } from '../parts/format.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { ListQuery } from './query.ts';

/** All that the page of a list shows. */
export type ListFacts = {
  readonly query: ListQuery;
  readonly items: readonly ListedRequest[];
  /** How many there are in all; `1000+` where nobody counts on. */
  readonly total: UpToCount;
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
  /** What requests may be found by. */
  readonly fields: readonly AskedField[];
  readonly operators: readonly Operator[];
  readonly teams: readonly Team[];
  readonly mailboxes: readonly MailboxRow[];
  /** Under what name this list is kept, if it is. */
  readonly saved: string | null;
  readonly elsewhere: Elsewhere | null;
  /** Who looks at the rows or writes on them. */
  readonly present: readonly Present[];
  /** How many a bulk verb has changed, where it left others. */
  readonly done: number;
  /** Those that a bulk verb was not done to, and why. */
  readonly refused: ReadonlyMap<number, string>;
  /** Rows that stay selected, because something is still to be done to them. */
  readonly selected: ReadonlySet<number>;
};
