import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { listBacklog } from './backlog-queries.ts';
import { countReport } from './count-report.ts';
import { askedBy, type ReportInput } from './read-report.ts';
import type { BacklogRow, Days, ReportFigures, Step } from './report.ts';

export type Volume = {
  /** The first day of the day, week or month. */
  readonly from: string;
  readonly opened: number;
  readonly closed: number;
  /** Of those opened. */
  readonly stillOpen: number;
};

export type Response = {
  readonly answered: number;
  readonly unanswered: number;
  /** Seconds until the first reply; null if nothing was answered. */
  readonly median: number | null;
  readonly ninetieth: number | null;
};

export type Figures = Days & {
  readonly by: Step;
  readonly volume: readonly Volume[];
  /** Of the requests that were opened in the period. */
  readonly response: Response;
  /** What is open now. */
  readonly backlog: readonly BacklogRow[];
};

/** Volume and response times of a period, and the backlog of now, in the mailboxes that the operator serves. */
export async function countFigures(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: ReportInput<Step>,
): Promise<Figures> {
  const asked = await askedBy(deps, actor, { ...input, by: input.by ?? 'day' });
  const { from, to, timeZone, by } = asked;
  const [volume, { total }, backlog] = await Promise.all([
    countReport(deps.db, 'volume', asked),
    countReport(deps.db, 'first-answer', { ...asked, by: null }),
    listBacklog(deps.db, asked.counted),
  ]);
  return {
    from,
    to,
    timeZone,
    by,
    volume: asked.parts.map((part) => ({
      from: part,
      opened: numberOf(volume.groups.get(part), 'opened'),
      closed: numberOf(volume.groups.get(part), 'closed'),
      stillOpen: numberOf(volume.groups.get(part), 'stillOpen'),
    })),
    response: {
      answered: numberOf(total, 'answered'),
      unanswered: numberOf(total, 'unanswered'),
      median: total['medianSeconds'] ?? null,
      ninetieth: total['ninetiethSeconds'] ?? null,
    },
    backlog,
  };
}

function numberOf(values: ReportFigures | undefined, name: string): number {
  return values?.[name] ?? 0;
}
