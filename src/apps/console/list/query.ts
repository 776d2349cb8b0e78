import { readRequestQuery } from '../../../requests/lists/query-schema.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { Problem } from '../../../platform/problems.ts';

const OPEN = 'status=new&status=in_progress&status=pending&status=resolved';

/** The views that every desk has, as query strings of the list: what waits longest comes first where one works it off. */
export const SHIPPED_VIEWS = {
  mine: `${OPEN}&assignee=me&sort=lastMessageAt`,
  unassigned: `${OPEN}&assignee=none&sort=lastMessageAt`,
  teams: `${OPEN}&team=mine&sort=lastMessageAt`,
  open: `${OPEN}&sort=-lastMessageAt`,
  due: `${OPEN}&due=running&sort=due`,
  closed: 'status=closed&sort=-lastMessageAt',
} as const;
export type ShippedView = keyof typeof SHIPPED_VIEWS;

/** The filters that have a chip and a field, by their names in the URL, which are the interface's. */
export const FILTER_NAMES = [
  'q',
  'status',
  'assignee',
  'team',
  'mailboxId',
  'priority',
  'due',
  'tag',
  'category',
  'jiraKey',
  'rating',
  'contactId',
  'rule',
  'escalated',
  'unread',
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

export type ListQuery = ReturnType<typeof readRequestQuery> & {
  readonly view: ShippedView | null;
  readonly q: string;
  readonly place: { readonly cursor?: string; readonly before?: string };
  /** The filters of the list in the URL, without the cursor. */
  readonly params: URLSearchParams;
  /** The same with the cursor, to come back to the page of the list that one was on. */
  readonly here: string;
  /** The same with the view spelt out, as the interface takes it. */
  readonly whole: string;
  /** What was wrong with the query; then no filter applies. */
  readonly problem: Problem | null;
};

/** Reads a list's query string: a shipped view, and what narrows it down further. */
export function readListQuery(given: URLSearchParams, actor: OperatorActor): ListQuery {
  const params = new URLSearchParams([...given].filter(([name, value]) => value !== '' && !PLACES.has(name)));
  const view =
    (Object.keys(SHIPPED_VIEWS) as ShippedView[]).find((name) => name === params.get('view')) ?? null;
  const after = given.get('after');
  const before = given.get('before');
  const shared = {
    view,
    q: (params.get('q') ?? '').trim(),
    place: { ...(after === null ? {} : { cursor: after }), ...(before === null ? {} : { before }) },
    params,
    here: new URLSearchParams([
      ...params,
      ...[...given].filter(([name, value]) => value !== '' && PLACES.has(name)),
    ]).toString(),
  };
  const whole = wholeQuery(params, view);
  try {
    return { ...shared, whole, ...readRequestQuery(actor, whole), problem: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...shared, whole: '', ...readRequestQuery(actor, ''), problem: error };
  }
}

/** Reads a list at its place: a cursor that is outdated or was cut off gives the first page, which is better than an error. */
export async function atPlace<Page>(
  place: ListQuery['place'],
  read: (place: ListQuery['place']) => Promise<Page>,
): Promise<Page> {
  return read(place).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'invalid_input') return read({});
    throw error;
  });
}

const PLACES: ReadonlySet<string> = new Set(['after', 'before']);

// A filter that is set replaces that of the view.
function wholeQuery(params: URLSearchParams, view: ShippedView | null): string {
  const own = [...params].filter(([name]) => name !== 'view');
  const names = new Set(own.map(([name]) => name));
  const ofView = [...new URLSearchParams(view === null ? '' : SHIPPED_VIEWS[view])];
  return new URLSearchParams([...ofView.filter(([name]) => !names.has(name)), ...own]).toString();
}

/** The id when what is searched for is nothing but the number of a request. */
export function requestNumber(q: string): number | null {
  const match = /^#?([1-9]\d{0,14})$/.exec(q);
  return match === null ? null : Number(match[1]);
}

/** The same list without one filter, from its beginning. */
export function withoutParam(params: URLSearchParams, name: string): string {
  const changed = new URLSearchParams(params);
  changed.delete(name);
  return `/requests?${changed.toString()}`;
}
