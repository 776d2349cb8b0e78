import type { Fragment } from '../../../platform/db/connect.ts';
import type { TwoWayRange } from '../../../platform/lists/read-page.ts';
import type { ListStretch } from '../../../platform/lists/stretches.ts';
import type { RequestSort } from '../request-sorts.ts';
import type { Joined } from './joined-queries.ts';

export type AskedPage = TwoWayRange<RequestSort['field']>;

/** What is asked of a list, in the terms that its requests are looked for by. */
export type AskedList = {
  readonly page: AskedPage;
  readonly conditions: Fragment;
  /** The same for requests that are walked by. */
  readonly asked: Fragment;
  /** Those of the conditions that are about what it is sorted by: the index of the sort has them. */
  readonly ofSort: Fragment;
  /** The conditions without those that are sought elsewhere, and what then is left to ask, where this is better asked than sought. */
  readonly sifted: { readonly coarse: Fragment; readonly fine: Fragment } | null;
  /** What it is sorted by, if that is in another table. */
  readonly joined: Joined | null;
};

/** What is looked for in one go: so many of a stretch. */
export type SoughtStretch = { readonly stretch: ListStretch; readonly limit: number };

/** Requests by their ids; `reached`: only up to this one was looked for them, and there may be more. */
export type FoundPage = { readonly ids: readonly number[]; readonly reached: number | null };

/** So many that fit are put in order, and so many walked past, before what was begun is given up. */
export const MOST = 10_000;
export const FAR = 5_000;
/** What is nearly as much as there is PostgreSQL does not walk but puts in order, so that a page is first looked for among few. */
export const FEW = 250;
