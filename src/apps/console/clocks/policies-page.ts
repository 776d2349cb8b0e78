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
import { clockWords } from './words.ts';

const MINUTES = ['firstAnswerMinutes', 'nextAnswerMinutes', 'resolutionMinutes'] as const;
const MAX_MINUTES = 60 * 24 * 365;

/** What each mailbox promises by when, for leads. */
export function policyHandlers(pages: Pages): void {
  pages.get('/settings/clocks', (visit) => show(visit, null));
  pages.post('/settings/clocks/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    const save = async () => {
      await editPolicy(visit.deps, visit.actor, { policyId: idIn(visit.c) ?? 0, changes: timesIn(form) });
      return done(visit, '/settings/clocks', { did: 'saved' });
    };
    return orAgain(visit, save, (alert) => show(visit, alert));
  });
}

function timesIn(form: Form) {
  const minutes = (name: (typeof MINUTES)[number]): number | null => {
    const text = form.line(name);
    if (text === null) return null;
    if (!/^[1-9]\d{0,5}$/.test(text) || Number(text) > MAX_MINUTES)
      throw invalidField(`/${name}`, 'must be a whole number of minutes');
    return Number(text);
  };
  return {
    firstAnswerMinutes: minutes('firstAnswerMinutes'),
    nextAnswerMinutes: minutes('nextAnswerMinutes'),
    resolutionMinutes: minutes('resolutionMinutes'),
    calendarId: form.id('calendarId'),
  };
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'policies.edit');
  const words = visit.say(clockWords);
  const [policies, calendars] = await Promise.all([
    listPolicies(deps, actor, { filters: {}, sort: { field: 'mailbox', descending: false }, limit: 200 }),
    listCalendars(deps, actor, { sort: { field: 'name', descending: false }, limit: 200 }),
  ]);
  const byMailbox = Map.groupBy(policies.items, (policy) => policy.mailboxAddress);
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
        html`<section class="card">
          <h2>${address}</h2>
          ${found
            .toSorted((a, b) => a.priority.localeCompare(b.priority))
            .map((policy) => formOf(visit, policy, calendars.items))}
        </section>`,
    )}`;
  return settingsPage(visit, 'clocks', { content, alert });
}

function formOf(visit: Visit, policy: Policy, calendars: readonly Calendar[]): Html {
  const words = visit.say(clockWords);
  const { priority } = visit.say(terms);
  const field = (name: (typeof MINUTES)[number], label: string): Html =>
    textField({ label, name, type: 'number', value: policy[name] });
  return html`<form method="post" action="/settings/clocks/${policy.id}" class="stack">
    <h3>${priority[policy.priority]}</h3>
    <div class="verbs">
      ${field('firstAnswerMinutes', words.clock.firstAnswer)}
      ${field('nextAnswerMinutes', words.clock.nextAnswer)}
      ${field('resolutionMinutes', words.clock.resolution)}
      ${selectField({
        label: words.calendar,
        name: 'calendarId',
        value: policy.calendarId,
        options: [['', words.always], ...calendars.map((each) => [each.id, each.name] as const)],
      })}
      <button>${words.save}</button>
    </div>
  </form>`;
}
