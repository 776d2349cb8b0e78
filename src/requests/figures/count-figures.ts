import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { findOwnAccount } from '../../people/own-settings/find-own-account.ts';
import { invalidField } from '../../platform/problems.ts';
import { DAY } from '../../platform/time.ts';
import {
  type BacklogRow,
  findResponse,
  listBacklog,
  listVolume,
  type Period,
  type Response,
  type Volume,
} from './queries.ts';

export const STEPS = ['day', 'week', 'month'] as const;
export type Step = (typeof STEPS)[number];

export type FiguresInput = {
  /** The first and the last day, as a calendar in the time zone names them: `2026-11-29`. */
  readonly from: string;
  readonly to: string;
  /** Defaults to the operator's own, then to UTC. */
  readonly timeZone?: string | undefined;
  readonly by?: Step | undefined;
  /** Defaults to every mailbox that the operator serves. */
  readonly mailboxIds?: readonly number[] | undefined;
};

export type Figures = {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly by: Step;
  readonly volume: readonly Volume[];
  /** Of the requests that were opened in the period. */
  readonly response: Response;
  /** What is open now. */
  readonly backlog: readonly BacklogRow[];
};

const MAX_DAYS = 3660;
const MAX_ROWS = 400;
const DAYS_OF: Readonly<Record<Step, number>> = { day: 1, week: 7, month: 28 };

/** Volume and response times of a period, and the backlog of now, in the mailboxes that the operator serves. */
export async function countFigures(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: FiguresInput,
): Promise<Figures> {
  requirePermission(actor, 'requests.read');
  const { from, to, by = 'day' } = input;
  const days = (Date.parse(to) - Date.parse(from)) / DAY + 1;
  if (days < 1) throw invalidField('/to', 'must not be before `from`');
  if (days > MAX_DAYS || days / DAYS_OF[by] > MAX_ROWS)
    throw invalidField(
      '/to',
      `must be earlier: a period by ${by} has at most ${MAX_ROWS} rows and ten years`,
    );
  const timeZone = input.timeZone ?? (await findOwnAccount(deps, actor)).timeZone ?? 'UTC';
  const period: Period = { from, to, timeZone, by, mailboxIds: served(actor, input.mailboxIds) };
  const [volume, response, backlog] = await Promise.all([
    listVolume(deps.db, period),
    findResponse(deps.db, period),
    listBacklog(deps.db, period.mailboxIds),
  ]);
  return { from, to, timeZone, by, volume, response, backlog };
}

function served(actor: OperatorActor, asked: readonly number[] | undefined): readonly number[] | null {
  return asked === undefined ? actor.mailboxIds : asked.filter((id) => servesMailbox(actor, id));
}
