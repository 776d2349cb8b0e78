import { listRequests } from '../../../requests/lists/list-requests.ts';
import { countViews } from '../../../requests/views/count-views.ts';
import type { Priority, RequestStatus } from '../../../requests/request.ts';
import type { Visit } from '../shell/visit.ts';

const DAY_MS = 86_400_000;
const ANSWERED = 200;
const STATUSES = ['new', 'in_progress', 'pending', 'resolved'] as const satisfies readonly RequestStatus[];
const PRIORITIES = ['P1', 'P2', 'P3', 'P4'] as const satisfies readonly Priority[];
const OPEN = STATUSES.map((status) => `status=${status}`).join('&');

export type Figures = {
  readonly days: readonly { readonly day: Date; readonly opened: number; readonly stillOpen: number }[];
  readonly backlog: readonly { readonly status: RequestStatus; readonly count: number }[];
  readonly urgent: readonly { readonly priority: Priority; readonly count: number }[];
  /** Of the requests answered last; null without any. */
  readonly response: { readonly of: number; readonly median: number; readonly nine: number } | null;
};

/** Volume, backlog and response times of a period, of one mailbox or all, by the counts that the interface gives. */
export async function readFigures(
  visit: Visit,
  { days, mailboxId }: { readonly days: number; readonly mailboxId: number | null },
): Promise<Figures> {
  const { deps, actor, now } = visit;
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const starts = Array.from({ length: days }, (_, index) => new Date(today - (days - 1 - index) * DAY_MS));
  const where = mailboxId === null ? '' : `&mailboxId=${mailboxId}`;
  const ofDay = (day: Date): string =>
    `createdFrom=${day.toISOString()}&createdTo=${new Date(day.getTime() + DAY_MS).toISOString()}${where}`;
  const queries = [
    ...starts.flatMap((day) => [ofDay(day), `${ofDay(day)}&${OPEN}`]),
    ...STATUSES.map((status) => `status=${status}${where}`),
    ...PRIORITIES.map((priority) => `${OPEN}&priority=${priority}${where}`),
  ];
  const [counts, answered] = await Promise.all([
    countViews(deps, actor, { viewIds: [], queries }),
    listRequests(deps, actor, {
      filters: mailboxId === null ? {} : { mailboxId: [mailboxId] },
      sort: { field: 'firstResponseAt', descending: true },
      limit: ANSWERED,
    }),
  ]);
  const count = (index: number): number => counts[index]?.count ?? 0;
  const times = answered.items.flatMap(({ createdAt, firstResponseAt }) =>
    firstResponseAt === null ? [] : [firstResponseAt.getTime() - createdAt.getTime()],
  );
  const statusAt = days * 2;
  const priorityAt = statusAt + STATUSES.length;
  return {
    days: starts.map((day, index) => ({ day, opened: count(index * 2), stillOpen: count(index * 2 + 1) })),
    backlog: STATUSES.map((status, index) => ({ status, count: count(statusAt + index) })),
    urgent: PRIORITIES.map((priority, index) => ({ priority, count: count(priorityAt + index) })),
    response:
      times.length === 0
        ? null
        : { of: times.length, median: quantile(times, 0.5), nine: quantile(times, 0.9) },
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
