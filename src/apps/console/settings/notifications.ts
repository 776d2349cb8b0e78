import { html } from 'hono/html';
import { editOwnSettings } from '../../../people/own-settings/edit-own-settings.ts';
import { findOwnAccount } from '../../../people/own-settings/find-own-account.ts';
import {
  type Channel,
  CHANNELS,
  CONCERNS,
  type Concern,
} from '../../../people/own-settings/notifications.ts';
import { DAY } from '../../../platform/time.ts';
import { selectField, textField } from '../parts/fields.ts';
import { LOCALES } from '../parts/formatters.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';
import { settingsPage } from './settings-page.ts';

const en = {
  lead: 'How you hear of what concerns you. “In the feed” is for programs and pages that read the feed of events as you.',
  news: {
    assigned: 'A request is assigned to you',
    mentioned: 'A note names you',
    breached: 'A promised time is nearly or wholly over',
    needsAttention: 'A request needs attention, or is handed up to you',
    newInTeam: 'A request is new in your team',
    digest: 'A digest, once a week',
  },
  channels: { mail: 'By email', feed: 'In the feed only', off: 'Not at all' },
  wait: 'Minutes before an assignment is mailed',
  waitHint: 'It is not, if it was taken back or the request was answered meanwhile.',
  weekday: 'Day of the digest',
  hour: 'Hour of the digest',
  zone: (zone: string) => `In your time zone: ${zone}. Set it under “You”.`,
  save: 'Save',
};
const ru: typeof en = {
  lead: 'Как вам сообщать о том, что вас касается. «Только в ленте» — для программ и страниц, которые читают ленту событий от вашего имени.',
  news: {
    assigned: 'Вам передали обращение',
    mentioned: 'Вас упомянули в заметке',
    breached: 'Обещанный срок подходит или прошёл',
    needsAttention: 'Обращение требует внимания или передано вам выше',
    newInTeam: 'В вашей команде новое обращение',
    digest: 'Обзор раз в неделю',
  },
  channels: { mail: 'Письмом', feed: 'Только в ленте', off: 'Никак' },
  wait: 'Через сколько минут писать о переданном',
  waitHint: 'Письма не будет, если обращение вернули или на него уже ответили.',
  weekday: 'День обзора',
  hour: 'Час обзора',
  zone: (zone) => `По вашему часовому поясу: ${zone}. Он задан на странице «Вы».`,
  save: 'Сохранить',
};
const sentences: Catalogue<typeof en> = { en, ru };

const PAGE = '/settings/notifications';
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** A Monday. */
const MONDAY = Date.UTC(2026, 10, 30);

/** What one is told of, and how. */
export function notificationHandlers(pages: Pages): void {
  pages.get(PAGE, (visit) => show(visit, null));
  pages.post(PAGE, async (visit) => {
    const form = await readForm(visit.c);
    return orAgain(
      visit,
      async () => {
        await editOwnSettings(visit.deps, visit.actor, { notifications: changesIn(form) });
        return done(visit, PAGE, { did: 'saved' });
      },
      (alert) => show(visit, alert),
    );
  });
}

function changesIn(form: Form) {
  const channels: Partial<Record<Concern, Channel>> = {};
  for (const name of CONCERNS) {
    const channel = CHANNELS.find((each) => each === form.text(name));
    if (channel !== undefined) channels[name] = channel;
  }
  const within = (name: string, from: number, to: number): number | undefined => {
    const text = form.text(name).trim();
    const number = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
    return number >= from && number <= to ? number : undefined;
  };
  return {
    ...channels,
    assignedAfterMinutes: within('assignedAfterMinutes', 0, 1440),
    digestWeekday: within('digestWeekday', 1, 7),
    digestHour: within('digestHour', 0, 23),
  };
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const words = visit.say(sentences);
  const { notifications, timeZone } = await findOwnAccount(visit.deps, visit.actor);
  const weekday = new Intl.DateTimeFormat(LOCALES[visit.settings.language], {
    weekday: 'long',
    timeZone: 'UTC',
  });
  const days = [0, 1, 2, 3, 4, 5, 6].map((day) => [day + 1, weekday.format(MONDAY + day * DAY)] as const);
  const content = html`<form method="post" class="stack card form">
    <p class="quiet">${words.lead}</p>
    ${CONCERNS.map((name) =>
      selectField({
        label: words.news[name],
        name,
        value: notifications[name],
        options: CHANNELS.map((each) => [each, words.channels[each]]),
      }),
    )}
    ${textField({
      label: words.wait,
      hint: words.waitHint,
      name: 'assignedAfterMinutes',
      type: 'number',
      value: notifications.assignedAfterMinutes,
      required: true,
    })}
    ${selectField({
      label: words.weekday,
      name: 'digestWeekday',
      value: notifications.digestWeekday,
      options: days,
    })}
    ${selectField({
      label: words.hour,
      hint: words.zone(timeZone ?? 'UTC'),
      name: 'digestHour',
      value: notifications.digestHour,
      options: HOURS.map((hour) => [hour, `${String(hour).padStart(2, '0')}:00`]),
    })}
    <button class="primary">${words.save}</button>
  </form>`;
  return settingsPage(visit, 'notifications', { content, alert });
}
