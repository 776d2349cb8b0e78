import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { listMailboxes, type MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import { may, requirePermission } from '../../../people/access/permissions.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import { addTeam, editTeam, removeTeam } from '../../../people/teams/save-team.ts';
import { fieldsOf, type Team, type TeamFields } from '../../../people/teams/team.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { releaseTeam } from '../../../requests/life/releasing.ts';
import { checkField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { listAllOperators } from '../parts/operators.ts';
import { listAllTeams } from '../parts/teams.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { teamWords } from './words.ts';

const PAGE = '/settings/teams';
const NEW: TeamFields = { name: '', mailboxIds: null, memberIds: [], leadIds: [] };

/** Who shares work: for leads what they lead, for managers every team. */
export function teamHandlers(pages: Pages): void {
  pages.get(PAGE, (visit) => show(visit, null));
  pages.post(PAGE, async (visit) => {
    const { deps, actor } = visit;
    const form = await readForm(visit.c);
    const input = fieldsIn(form);
    return orAgain(
      visit,
      async () => {
        const key = idempotency(actor.operatorId, form.line('key') ?? undefined, 'add team', input);
        await addTeam(deps, actor, { ...input, idempotency: key });
        return done(visit, PAGE, { did: 'saved' });
      },
      (alert) => show(visit, alert, { teamId: null, given: input }),
    );
  });
  pages.post(`${PAGE}/:id{[0-9]+}`, async (visit) => {
    const form = await readForm(visit.c);
    const deps = { ...visit.deps, onTeamLeaving: releaseTeam };
    const teamId = idIn(visit.c) ?? 0;
    const given = fieldsIn(form);
    const { mailboxIds, ...changes } = given;
    // A desk with one mailbox shows no choice of them.
    const places = form.has('placed') ? { mailboxIds } : {};
    return orAgain(
      visit,
      async () => {
        await editTeam(deps, visit.actor, { teamId, changes: { ...changes, ...places } });
        return done(visit, PAGE, { did: 'saved' });
      },
      (alert) => show(visit, alert, { teamId, given }),
    );
  });
  pages.post(`${PAGE}/:id{[0-9]+}/remove`, async (visit) => {
    const deps = { ...visit.deps, onTeamLeaving: releaseTeam };
    return orAgain(
      visit,
      async () => {
        await removeTeam(deps, visit.actor, { teamId: idIn(visit.c) ?? 0 });
        return done(visit, PAGE, { did: 'done' });
      },
      (alert) => show(visit, alert),
    );
  });
}

function fieldsIn(form: Form): TeamFields {
  const mailboxIds = form.ids('mailboxId');
  return {
    name: form.text('name').trim(),
    memberIds: form.ids('memberId'),
    leadIds: form.ids('leadId'),
    mailboxIds: mailboxIds.length === 0 ? null : mailboxIds,
  };
}

type People = { readonly operators: readonly Operator[]; readonly mailboxes: readonly MailboxRow[] };

/** What was refused, to be drawn again: of which team, null for a new one. */
type RefusedTeam = { readonly teamId: number | null; readonly given: TeamFields };

async function show(visit: Visit, alert: string | null, refused?: RefusedTeam): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'teams.edit');
  const words = visit.say(teamWords);
  const [teams, operators, mailboxes] = await Promise.all([
    listAllTeams(visit),
    listAllOperators(visit),
    listMailboxes(deps, actor),
  ]);
  const people = { operators, mailboxes };
  const content = html`<p class="quiet">${words.lead}</p>
    ${when(teams.length === 0, () => html`<p class="empty">${words.none}</p>`)}
    <ul class="cards">
      ${teams.map((team) =>
        row(visit, team, { people, given: refused?.teamId === team.id ? refused.given : null }),
      )}
    </ul>
    ${when(
      may(actor, 'teams.add'),
      () =>
        html`<form method="post" class="stack card form">
          <h2>${words.add}</h2>
          <input type="hidden" name="key" value="${randomUUID()}" />
          ${fields(visit, refused?.teamId === null ? refused.given : NEW, people)}
          <button class="primary">${words.add}</button>
        </form>`,
    )}`;
  return settingsPage(visit, 'teams', { content, alert });
}

function row(
  visit: Visit,
  team: Team,
  { people, given }: { readonly people: People; readonly given: TeamFields | null },
): Html {
  const words = visit.say(teamWords);
  const { members } = team;
  const isEditable = may(visit.actor, 'teams.edit', [team.id]);
  const title = html`<b dir="auto">${team.name}</b>
    <span class="quiet" dir="auto"
      >${
        members.length === 0
          ? words.noMembers
          : members.map(({ name, leads }) => (leads ? `${name} (${words.isLead})` : name)).join(', ')
      }</span
    >`;
  if (!isEditable) return html`<li class="card">${title}</li>`;
  return html`<li class="card">
    <details ${given === null ? '' : html`open`}>
      <summary>${title} <span class="link">${words.edit}</span></summary>
      <form method="post" action="${PAGE}/${team.id}" class="stack form">
        ${fields(visit, given ?? fieldsOf(team), people)}
        <div class="verbs"><button class="primary">${words.save}</button></div>
      </form>
      ${when(may(visit.actor, 'teams.remove'), () => removeForm(visit, team))}
    </details>
  </li>`;
}

function removeForm(visit: Visit, team: Team): Html {
  const words = visit.say(teamWords);
  return html`<details>
    <summary class="link">${words.remove}</summary>
    <form method="post" action="${PAGE}/${team.id}/remove" class="stack form">
      <p class="quiet">${words.removeSure}</p>
      <button class="danger">${words.remove}</button>
    </form>
  </details>`;
}

function fields(visit: Visit, team: TeamFields, { operators, mailboxes }: People): Html {
  const words = visit.say(teamWords);
  const checks = (
    name: string,
    all: readonly (readonly [id: number, label: string])[],
    ids: readonly number[],
  ): Html =>
    html`${all.map(([id, label]) =>
      checkField({ label, name, value: String(id), checked: ids.includes(id) }),
    )}`;
  const named = (some: readonly Operator[]) => some.map(({ id, name }) => [id, name] as const);
  return html`${textField({ label: words.name, name: 'name', value: team.name, required: true })}
    <fieldset>
      <legend>${words.members}</legend>
      ${checks('memberId', named(operators), team.memberIds)}
    </fieldset>
    <fieldset>
      <legend>${words.leads}</legend>
      ${checks('leadId', named(operators.filter(({ role }) => role !== 'agent')), team.leadIds)}
      <small>${words.leadsHint}</small>
    </fieldset>
    ${when(
      mailboxes.length > 1,
      () =>
        html`<fieldset>
          <legend>${words.mailboxes}</legend>
          <input type="hidden" name="placed" value="yes" />
          ${checks(
            'mailboxId',
            mailboxes.map(({ id, address }) => [id, address] as const),
            team.mailboxIds ?? [],
          )}
        </fieldset>`,
    )}`;
}
