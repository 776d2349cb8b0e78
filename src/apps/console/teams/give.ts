import { html } from 'hono/html';
import { may, servesMailbox } from '../../../people/access/permissions.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { Assignment } from '../../../requests/life/assigning.ts';
import type { RequestView } from '../../../requests/request/request-view.ts';
import type { Form } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { teamWords } from './words.ts';

export type Takers = { readonly operators: readonly Operator[]; readonly teams: readonly Team[] };

/** Those to whom one may give a request: a lead only their teams, and who is in them or in none. */
export function takersFor({ actor }: Visit, { operators, teams }: Takers): Takers {
  const teamsOf = (id: number): number[] =>
    teams.flatMap((team) => (team.members.some((each) => each.id === id) ? [team.id] : []));
  return {
    operators: operators.filter(
      ({ id }) => id === actor.operatorId || may(actor, 'requests.assign', teamsOf(id)),
    ),
    teams: teams.filter(({ id }) => may(actor, 'requests.assign', [id])),
  };
}

/** The same for one request: whom its mailbox is served by; null when one may not give it away. */
export function takersOf(
  visit: Visit,
  request: Pick<RequestView, 'teamId' | 'assigneeId' | 'mailboxId'>,
  all: Takers,
): Takers | null {
  const { teamId, assigneeId, mailboxId } = request;
  const holders = all.teams.filter(({ members }) => members.some(({ id }) => id === assigneeId));
  const teamIds = teamId === null ? holders.map(({ id }) => id) : [teamId];
  if (!may(visit.actor, 'requests.assign', teamIds)) return null;
  const { operators, teams } = takersFor(visit, all);
  return {
    operators: operators.filter((each) => servesMailbox(each, mailboxId)),
    teams: teams.filter((each) => servesMailbox(each, mailboxId)),
  };
}

/** Operators by their ids, and teams, as the options of the field `operatorId`. */
export function takerOptions(visit: Visit, { operators, teams }: Takers, withNone = true): Html {
  const words = visit.say(teamWords);
  const option = (value: string | number, name: string): Html =>
    html`<option value="${value}">${name}</option>`;
  const people = html`${operators.map(({ id, name }) => option(id, name))}`;
  if (teams.length === 0) return people;
  return html`<optgroup label="${words.teams}">
      ${teams.map(({ id, name }) => option(`team:${id}`, name))}
      ${when(withNone, () => option('team:none', words.noTeam))}
    </optgroup>
    <optgroup label="${words.operators}">${people}</optgroup>`;
}

/** Whom the field names, or null. */
export function takerIn(form: Form): Assignment | null {
  const operatorId = form.id('operatorId');
  if (operatorId !== null) return { operatorId };
  const team = /^team:(none|[1-9]\d{0,14})$/.exec(form.text('operatorId'))?.[1];
  if (team === undefined) return null;
  return { teamId: team === 'none' ? null : Number(team) };
}
