import type { OPEN_STATUSES, Priority } from '../request.ts';

export const REPORTS = ['volume', 'backlog', 'first-answer', 'resolution', 'ratings'] as const;
export type ReportName = (typeof REPORTS)[number];

export const STEPS = ['day', 'week', 'month'] as const;
export type Step = (typeof STEPS)[number];

export const GROUPS = [...STEPS, 'hour', 'mailbox', 'team', 'operator', 'category', 'priority'] as const;
export type ReportGroup = (typeof GROUPS)[number];

/** Which requests are counted. Each goes by what it is now: what changed its priority counts under the new one. */
export type CountedRequests = {
  /** Null: every one. */
  readonly mailboxIds: readonly number[] | null;
  /** Null: of any team and of none. */
  readonly teamIds: readonly number[] | null;
  readonly assigneeIds?: readonly number[] | undefined;
  readonly priorities?: readonly Priority[] | undefined;
  readonly categories?: readonly string[] | undefined;
};

/** The days that are reported, both included, as a calendar in the time zone names them. */
export type Days = { readonly from: string; readonly to: string; readonly timeZone: string };

export type AskedReport = Days & {
  /** Null: all of it in one. */
  readonly by: ReportGroup | null;
  /** The first days of its parts. */
  readonly parts: readonly string[];
  readonly counted: CountedRequests;
};

/** A figure of a report; null: there is nothing to take it from. */
export type ReportFigures = Readonly<Record<string, number | null>>;

export type ReportRow = {
  /** The first day of a part, an hour, an id, a category or a priority; null: those without. */
  readonly key: string | null;
  /** What the key stands for; null where it speaks for itself. */
  readonly name: string | null;
  readonly values: ReportFigures;
};

export type Report = Days & {
  readonly name: ReportName;
  readonly by: ReportGroup;
  readonly asOf: Date;
  readonly rows: readonly ReportRow[];
  readonly total: ReportFigures;
};

/** The figures of each report, in order: what a row without any of them says. */
export const NOTHING = {
  volume: { opened: 0, closed: 0, reopened: 0, stillOpen: 0 },
  backlog: { open: 0 },
  'first-answer': {
    answered: 0,
    unanswered: 0,
    medianSeconds: null,
    ninetiethSeconds: null,
    withinPolicy: 0,
    overPolicy: 0,
  },
  resolution: {
    resolved: 0,
    medianSeconds: null,
    ninetiethSeconds: null,
    withinPolicy: 0,
    overPolicy: 0,
  },
  ratings: { helpful: 0, unhelpful: 0 },
} as const satisfies Record<ReportName, ReportFigures>;

export type BacklogRow = {
  readonly status: (typeof OPEN_STATUSES)[number];
  readonly priority: Priority;
  readonly count: number;
};
