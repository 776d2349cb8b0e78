import { may } from '../../../people/access/permissions.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { ReportInput } from '../../../requests/reports/read-report.ts';
import type { ReportGroup } from '../../../requests/reports/report.ts';
import { listAllTeams } from '../parts/teams.ts';
import type { Visit } from '../shell/visit.ts';
import { periodIn, type ShownPeriod } from './period.ts';

export const COMPARED = [
  'mailbox',
  'team',
  'operator',
  'category',
  'priority',
] as const satisfies readonly ReportGroup[];

/** What the overview shows, as its URL says. */
export type Selection = {
  readonly period: ShownPeriod;
  readonly mailboxId: number | null;
  readonly teamId: number | null;
  readonly compared: (typeof COMPARED)[number];
  readonly mailboxes: readonly { readonly id: number; readonly address: string }[];
  /** Those whose figures the operator may see. */
  readonly teams: readonly { readonly id: number; readonly name: string }[];
};

export async function readSelection(visit: Visit): Promise<Selection> {
  const { c, deps, actor } = visit;
  const [mailboxes, teams] = await Promise.all([listMailboxes(deps, actor), listAllTeams(visit)]);
  const seen = teams.filter(({ id }) => may(actor, 'teams.figures', [id]));
  const idOf = (items: readonly { readonly id: number }[], name: string): number | null =>
    items.find(({ id }) => String(id) === c.req.query(name))?.id ?? null;
  return {
    period: periodIn(visit),
    mailboxId: idOf(mailboxes, 'mailbox'),
    teamId: idOf(seen, 'team'),
    compared: COMPARED.find((each) => each === c.req.query('compare')) ?? 'mailbox',
    mailboxes,
    teams: seen,
  };
}

export function inputOf({ timeZone }: { readonly timeZone: string }, selection: Selection): ReportInput {
  const { period, mailboxId, teamId } = selection;
  return {
    ...period,
    timeZone,
    ...(mailboxId === null ? {} : { mailboxIds: [mailboxId] }),
    ...(teamId === null ? {} : { teamIds: [teamId] }),
  };
}

/** The query string of the same selection with some of it changed. */
export function queryOf(
  selection: Selection,
  changes: Readonly<Record<string, string | number>> = {},
): string {
  const { period, mailboxId, teamId, compared } = selection;
  const query = new URLSearchParams({ from: period.from, to: period.to, compare: compared });
  if (mailboxId !== null) query.set('mailbox', String(mailboxId));
  if (teamId !== null) query.set('team', String(teamId));
  for (const [name, value] of Object.entries(changes)) query.set(name, String(value));
  return query.toString();
}
