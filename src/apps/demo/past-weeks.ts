import type { Deps } from '../../platform/deps.ts';
import { DAY } from '../../platform/time.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { listTeams } from '../../people/teams/find-team.ts';
import { addTeam } from '../../people/teams/save-team.ts';
import { listCalendars } from '../../requests/calendars/find-calendar.ts';
import { addCalendar } from '../../requests/calendars/save-calendar.ts';
import { listPolicies } from '../../requests/clocks/find-policy.ts';
import { editPolicy } from '../../requests/clocks/save-policy.ts';
import { findOrAddOperator } from './desk/find-or-add-operator.ts';
import { insertPastRequests } from './past-queries.ts';

const COLLEAGUES = [
  { name: 'Mia Lang', email: 'mia@example.com', role: 'lead' },
  { name: 'Ben Adler', email: 'ben@example.com', role: 'agent' },
] as const;
const TEAM = 'Workshop';
const SHOP = {
  name: 'Shop hours',
  timeZone: 'Europe/Berlin',
  hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '18:00' })),
};
const HOLIDAYS = [
  ['01-01', 'New Year'],
  ['05-01', 'Labour Day'],
  ['10-03', 'German Unity Day'],
  ['12-25', 'Christmas Day'],
  ['12-26', 'Second Day of Christmas'],
] as const;

/**
 * Gives a desk that is new six weeks that lie behind it: colleagues, a team, some two hundred requests, and a calendar with
 * holidays by which its promises go. Takes up what a start that was cut short has left.
 */
export async function fillPastWeeks(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  const [mia, ben] = [
    await findOrAddOperator(deps, COLLEAGUES[0]),
    await findOrAddOperator(deps, COLLEAGUES[1]),
  ];
  const all = { filters: {}, sort: { field: 'id', descending: false }, limit: 200, total: false } as const;
  const { items: teams } = await listTeams(deps, actor, all);
  const team =
    teams.find(({ name }) => name === TEAM) ??
    (await addTeam(deps, actor, { name: TEAM, mailboxIds: null, memberIds: [ben.id], leadIds: [mia.id] }));
  const now = deps.clock.now();
  const years = [-1, 0, 1].map((more) => now.getUTCFullYear() + more);
  const holidays = years.flatMap((year) => HOLIDAYS.map(([day, name]) => ({ date: `${year}-${day}`, name })));
  const { items: calendars } = await listCalendars(deps, actor, all);
  // As made before all of it: a calendar knows no opening times of days before its own.
  const before = { ...deps, clock: { now: () => new Date(now.getTime() - 45 * DAY) } };
  const calendar =
    calendars.find(({ name }) => name === SHOP.name) ??
    (await addCalendar(before, actor, { ...SHOP, holidays }));
  const page = await listPolicies(deps, actor, all);
  // What is urgent stays promised round the clock.
  for (const { id, priority } of page.items)
    if (priority === 'P3' || priority === 'P4')
      await editPolicy(deps, actor, { policyId: id, changes: { calendarId: calendar.id } });
  // Last, as a promise that changes later is never overdue before it changed.
  const operatorIds = [actor.operatorId, mia.id, ben.id];
  await deps.db.begin((tx) => insertPastRequests(tx, { mailboxId, operatorIds, teamId: team.id, now }));
}
