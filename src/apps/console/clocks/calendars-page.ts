import { html } from 'hono/html';
import { requirePermission } from '../../../people/access/permissions.ts';
import type { Calendar } from '../../../requests/calendars/calendar.ts';
import { listCalendars } from '../../../requests/calendars/find-calendar.ts';
import {
  addCalendar,
  editCalendar,
  readHolidays,
  removeCalendar,
} from '../../../requests/calendars/save-calendar.ts';
import { areaField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { calendarIn, holidaysText, hoursText } from './calendar-form.ts';
import { clockWords } from './words.ts';
import { everyPage } from '../parts/every-page.ts';

const OFFICE = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' }));

/** When time counts, for leads of the whole desk. */
export function calendarHandlers(pages: Pages): void {
  pages.get('/settings/calendars', (visit) => show(visit, null));
  pages.post('/settings/calendars', async (visit) => {
    const form = await readForm(visit.c);
    return saving(visit, { form, calendarId: null }, async () => {
      await addCalendar(visit.deps, visit.actor, await calendarGiven(visit, form));
    });
  });
  pages.post('/settings/calendars/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    const calendarId = idIn(visit.c) ?? 0;
    return saving(visit, { form, calendarId }, async () => {
      if (form.text('verb') === 'remove') return removeCalendar(visit.deps, visit.actor, { calendarId });
      await editCalendar(visit.deps, visit.actor, { calendarId, changes: await calendarGiven(visit, form) });
    });
  });
}

/** A form that was refused, and whose it was; null: that of a new calendar. */
type RefusedCalendar = { readonly form: Form; readonly calendarId: number | null };

async function saving(visit: Visit, typed: RefusedCalendar, save: () => Promise<void>): Promise<Response> {
  const saved = async () => {
    await save();
    return done(visit, '/settings/calendars', { did: 'saved' });
  };
  return orAgain(visit, saved, (alert) => show(visit, alert, typed));
}

/** What a form says, with the days of the file that it brings. */
async function calendarGiven({ deps }: Visit, form: Form) {
  const calendar = calendarIn(form);
  const files = await Promise.all(
    form.files('ics').map(async (file) => readHolidays(deps, (await file.text()).replaceAll('\0', ''))),
  );
  return { ...calendar, holidays: [...files.flat(), ...calendar.holidays] };
}

async function show(visit: Visit, alert: string | null, typed?: RefusedCalendar): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'calendars.edit');
  const words = visit.say(clockWords);
  const sort = { field: 'name', descending: false } as const;
  const calendars = await everyPage((place) => listCalendars(deps, actor, { sort, ...place }));
  const content = html`<h2>${words.calendars}</h2>
    <p class="quiet">${words.calendarsLead} <a href="/settings/clocks">${words.promises}</a></p>
    ${when(calendars.length === 0, () => html`<p class="quiet">${words.noCalendars}</p>`)}
    <ul class="cards">
      ${calendars.map(
        (each) =>
          html`<li class="card">
            <details ${typed?.calendarId === each.id ? html`open` : ''}>
              <summary>
                <b dir="auto">${each.name}</b> <span class="quiet">${each.timeZone}</span>
                <span class="link">${words.change}</span>
              </summary>
              ${formOf(visit, each, typed?.calendarId === each.id ? typed.form : null)}
            </details>
          </li>`,
      )}
    </ul>
    <section class="card">
      <h2>${words.add}</h2>
      ${formOf(visit, null, typed?.calendarId === null ? typed.form : null)}
    </section>`;
  return settingsPage(visit, 'clocks', { content, alert, about: words.calendars });
}

function formOf(visit: Visit, calendar: Calendar | null, typed: Form | null): Html {
  const words = visit.say(clockWords);
  const now = calendar ?? {
    name: '',
    timeZone: visit.settings.timeZone,
    hours: OFFICE,
    holidays: [],
  };
  return html`<form
    method="post"
    action="/settings/calendars${calendar === null ? '' : `/${calendar.id}`}"
    enctype="multipart/form-data"
    class="stack form"
  >
    ${textField({ label: words.name, name: 'name', value: typed?.text('name') ?? now.name, required: true })}
    ${textField({ label: words.timeZone, name: 'timeZone', value: typed?.text('timeZone') ?? now.timeZone, required: true })}
    <fieldset class="stack">
      <legend>${words.hours}</legend>
      ${words.weekdays.map((label, index) =>
        textField({
          label,
          name: `day${index + 1}`,
          value: typed?.text(`day${index + 1}`) ?? hoursText(now, index + 1),
          placeholder: words.hoursHint,
        }),
      )}
    </fieldset>
    ${areaField({ label: words.holidays, name: 'holidays', hint: words.holidaysHint, value: typed?.text('holidays') ?? holidaysText(now) })}
    <label>${words.file} <input type="file" name="ics" accept=".ics,text/calendar" /></label>
    <div class="verbs">
      <button class="primary">${words.save}</button>
      ${when(
        calendar !== null,
        () => html`<button name="verb" value="remove" class="danger" formnovalidate>${words.remove}</button>`,
      )}
    </div>
  </form>`;
}
