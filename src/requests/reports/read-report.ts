import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { may, requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { findOwnAccount } from '../../people/own-settings/find-own-account.ts';
import { PRIORITIES, type Priority } from '../request.ts';
import { countReport, type Groups } from './count-report.ts';
import { ensurePeriod, isStep, partsOf } from './period.ts';
import { listNames } from './queries.ts';
import {
  type AskedReport,
  type CountedRequests,
  type ReportGroup,
  NOTHING,
  type Report,
  type ReportName,
  type ReportRow,
} from './report.ts';

export type CountedInput = {
  /** Defaults to every mailbox that the operator serves. */
  readonly mailboxIds?: readonly number[] | undefined;
  /** Defaults to whatever team it belongs to, if any; otherwise it takes a lead of each. */
  readonly teamIds?: readonly number[] | undefined;
  readonly assigneeIds?: readonly number[] | undefined;
  readonly priorities?: readonly Priority[] | undefined;
  readonly categories?: readonly string[] | undefined;
};

export type ReportInput<By extends ReportGroup = ReportGroup> = CountedInput & {
  /** The first and the last day, as a calendar in the time zone names them: `2026-11-29`. */
  readonly from: string;
  readonly to: string;
  /** Defaults to the operator's own, then to UTC. */
  readonly timeZone?: string | undefined;
  /** Defaults to `day`. */
  readonly by?: By | undefined;
};

const MAX_ROWS = 400;
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/**
 * A report of a period, of the requests in the mailboxes that the operator serves; by team, of the teams that they lead or, as
 * a manager, of all.
 */
export async function readReport(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  name: ReportName,
  input: ReportInput,
): Promise<Report> {
  const asked = await askedBy(deps, actor, { ...input, by: input.by ?? 'day' });
  const { from, to, timeZone, by } = asked;
  const asOf = deps.clock.now();
  const { groups, total } = await countReport(deps.db, name, asked);
  const keys = isStep(by)
    ? asked.parts
    : by === 'hour'
      ? HOURS
      : by === 'priority'
        ? PRIORITIES
        : most(name, groups).slice(0, MAX_ROWS);
  const names = await namesOf(deps, by, keys);
  const rows = keys.map((key): ReportRow => ({
    key,
    name: key === null ? null : (names.get(key) ?? null),
    values: groups.get(key) ?? NOTHING[name],
  }));
  return { name, from, to, timeZone, by, asOf, rows, total };
}

/** A report as an operator asks for it, as far as they may see it. */
export async function askedBy<By extends ReportGroup>(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: ReportInput<By> & { readonly by: By },
): Promise<AskedReport & { readonly by: By }> {
  requirePermission(actor, 'requests.read');
  const { from, to, by } = input;
  const counted = countedBy(actor, input, by);
  ensurePeriod({ from, to, by });
  const timeZone = input.timeZone ?? (await findOwnAccount(deps, actor)).timeZone ?? 'UTC';
  return { from, to, timeZone, by, parts: partsOf({ from, to, by }), counted };
}

/** The requests that an operator asks for, as far as they may see them. */
export function countedBy(actor: OperatorActor, input: CountedInput, by: ReportGroup): CountedRequests {
  const { mailboxIds, teamIds, assigneeIds, priorities, categories } = input;
  for (const id of teamIds ?? []) requirePermission(actor, 'teams.figures', [id]);
  if (by === 'team') requirePermission(actor, 'teams.figures');
  const everyTeam = by !== 'team' || may(actor, 'teams.figures', [NO_TEAM]);
  return {
    mailboxIds:
      mailboxIds === undefined ? actor.mailboxIds : mailboxIds.filter((id) => servesMailbox(actor, id)),
    teamIds: teamIds ?? (everyTeam ? null : actor.ledTeamIds),
    assigneeIds,
    priorities,
    categories,
  };
}

/** One that nobody leads: who may see its figures may see those of every team. */
const NO_TEAM = 0;

/** The groups with the most first; those without any are left out. */
function most(name: ReportName, groups: Groups): readonly (string | null)[] {
  const [first = ''] = Object.keys(NOTHING[name]);
  const size = (key: string | null): number => groups.get(key)?.[first] ?? 0;
  return [...groups.keys()].toSorted((a, b) => size(b) - size(a) || (a ?? '').localeCompare(b ?? ''));
}

async function namesOf(
  deps: Pick<Deps, 'db'>,
  by: ReportGroup,
  keys: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  if (by !== 'mailbox' && by !== 'team' && by !== 'operator') return new Map();
  const ids = keys.filter((key) => key !== null);
  return new Map((await listNames(deps.db, by, ids)).map(({ key, name }) => [key, name]));
}
