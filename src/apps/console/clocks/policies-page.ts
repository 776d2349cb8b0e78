import { html } from 'hono/html';
import { listCalendars } from '../../../requests/calendars/find-calendar.ts';
import type { Calendar } from '../../../requests/calendars/calendar.ts';
import { listPolicies } from '../../../requests/clocks/find-policy.ts';
import type { Policy } from '../../../requests/clocks/policy.ts';
import { editPolicy } from '../../../requests/clocks/save-policy.ts';
import { may, requirePermission } from '../../../people/access/permissions.ts';
import { invalidField } from '../../../platform/problems.ts';
import { selectField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { minutesIn, minutesText } from './minutes.ts';
import { clockWords } from './words.ts';
import { everyPage } from '../parts/every-page.ts';

const MINUTES = ['firstAnswerMinutes', 'nextAnswerMinutes', 'resolutionMinutes'] as const;
const CLOCKS = {
  firstAnswerMinutes: 'firstAnswer',
  nextAnswerMinutes: 'nextAnswer',
  resolutionMinutes: 'resolution',
} as const;

/** What each mailbox promises by when, for leads. */
export function policyHandlers(pages: Pages): void {
  pages.get('/settings/clocks', (visit) => show(visit, null));
  pages.post('/settings/clocks/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    const policyId = idIn(visit.c) ?? 0;
    const save = async () => {
      await editPolicy(visit.deps, visit.actor, { policyId, changes: timesIn(form) });
      return done(visit, '/settings/clocks', { did: 'saved' });
    };
    return orAgain(visit, save, (alert) => show(visit, alert, { policyId, form }));
  });
}

function timesIn(form: Form) {
  const minutes = (name: (typeof MINUTES)[number]): number | null => {
    const text = form.line(name);
    if (text === null) return null;
    const promised = minutesIn(text);
    if (promised === null)
      throw invalidField(`/${name}`, 'must be a time such as 30 min, 4 h or 2 d, at most a year');
    return promised;
  };
  return {
    firstAnswerMinutes: minutes('firstAnswerMinutes'),
    nextAnswerMinutes: minutes('nextAnswerMinutes'),
    resolutionMinutes: minutes('resolutionMinutes'),
    calendarId: form.id('calendarId'),
  };
}

type RefusedTimes = { readonly policyId: number; readonly form: Form };

async function show(visit: Visit, alert: string | null, refused?: RefusedTimes): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'policies.edit');
  const words = visit.say(clockWords);
  const [policies, calendars] = await Promise.all([
    everyPage((place) =>
      listPolicies(deps, actor, { filters: {}, sort: { field: 'mailbox', descending: false }, ...place }),
    ),
    everyPage((place) =>
      listCalendars(deps, actor, { sort: { field: 'name', descending: false }, ...place }),
    ),
  ]);
  const byMailbox = Map.groupBy(policies, (policy) => policy.mailboxAddress);
  const content = html`<p class="quiet">
      ${words.lead}
      ${when(
        may(actor, 'calendars.edit') && actor.mailboxIds === null,
        () => html`<a href="/settings/calendars">${words.calendars}</a>`,
      )}
    </p>
    ${when(byMailbox.size === 0, () => html`<p class="empty">${words.none}</p>`)}
    ${[...byMailbox].map(
      ([address, found]) =>
        html`<section class="card promises">
          <h2>${address}</h2>
          <div class="promise head quiet" aria-hidden="true">
            <span>${words.priority}</span>
            ${MINUTES.map((name) => html`<span>${words.clock[CLOCKS[name]]}</span>`)}
            <span>${words.calendar}</span>
          </div>
          ${found
            .toSorted((a, b) => a.priority.localeCompare(b.priority))
            .map((policy) =>
              formOf(visit, policy, {
                calendars,
                typed: refused?.policyId === policy.id ? refused.form : null,
              }),
            )}
        </section>`,
    )}`;
  return settingsPage(visit, 'clocks', { content, alert });
}

function formOf(
  visit: Visit,
  policy: Policy,
  { calendars, typed }: { readonly calendars: readonly Calendar[]; readonly typed: Form | null },
): Html {
  const words = visit.say(clockWords);
  const priority = visit.say(terms).priority[policy.priority];
  const { language } = visit.settings;
  return html`<form
    method="post"
    action="/settings/clocks/${policy.id}"
    class="promise"
    aria-label="${policy.mailboxAddress}, ${priority}"
  >
    <h3>${priority}</h3>
    ${MINUTES.map((name) =>
      textField({
        label: words.clock[CLOCKS[name]],
        name,
        value: typed?.text(name) ?? minutesText(policy[name], language),
        placeholder: words.notPromised,
      }),
    )}
    ${selectField({
      label: words.calendar,
      name: 'calendarId',
      value: typed?.text('calendarId') ?? policy.calendarId,
      options: [['', words.always], ...calendars.map((each) => [each.id, each.name] as const)],
    })}
    <button aria-label="${words.save}: ${priority}">${words.save}</button>
  </form>`;
}
