import { html } from 'hono/html';
import { editOwnSettings } from '../../../people/own-settings/edit-own-settings.ts';
import { findOwnAccount } from '../../../people/own-settings/find-own-account.ts';
import { AFTER_SEND, THEMES } from '../../../people/own-settings/own-settings.ts';
import { areaField, checkField, selectField } from '../parts/fields.ts';
import { type Html, icon } from '../parts/html.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';
import { settingsPage } from './settings-page.ts';

const en = {
  language: 'Language',
  asBrowser: 'As in the browser',
  timeZone: 'Time zone',
  browserZone: 'As in the browser',
  theme: 'Theme',
  themes: { system: 'As in the system', light: 'Light', dark: 'Dark' },
  singleKeys: 'Single-key shortcuts',
  singleKeysHint: ' Turn them off if you speak to your computer.',
  afterSend: 'After sending a reply',
  after: { stay: 'Stay on the request', next: 'Go to the next request', list: 'Go back to the list' },
  signature: 'Signature below your answers',
  save: 'Save',
  signedIn: 'Signed in as',
  notifications: 'Notifications',
  notify: {
    hint: 'A system notification when a request is assigned to you, or a message arrives in one of yours, while you look elsewhere.',
    on: 'Show them in this browser',
    off: 'Stop showing them',
    isOn: 'On: this browser allows them.',
    isOff: 'Off in this browser.',
    denied: 'This browser forbids them for this site; allow them in its settings, then come back.',
    none: 'This browser has no notifications.',
  },
};
const ru: typeof en = {
  language: 'Язык',
  asBrowser: 'Как просит браузер',
  timeZone: 'Часовой пояс',
  browserZone: 'Как в браузере',
  theme: 'Оформление',
  themes: { system: 'Как в системе', light: 'Светлое', dark: 'Тёмное' },
  singleKeys: 'Действуют одиночные клавиши',
  singleKeysHint: ' Выключите, если управляете голосом.',
  afterSend: 'После отправки ответа',
  after: { stay: 'Остаться на обращении', next: 'К следующему обращению', list: 'Назад к списку' },
  signature: 'Подпись под вашими ответами',
  save: 'Сохранить',
  signedIn: 'Вы вошли как',
  notifications: 'Оповещения',
  notify: {
    hint: 'Сообщение системы, когда вам передают обращение или в вашем обращении новое письмо, а вы смотрите в другое окно.',
    on: 'Показывать в этом браузере',
    off: 'Больше не показывать',
    isOn: 'Включены: браузер их разрешает.',
    isOff: 'В этом браузере выключены.',
    denied: 'Браузер запрещает их для этого сайта; разрешите в его настройках и вернитесь.',
    none: 'В этом браузере их нет.',
  },
};
const sentences: Catalogue<typeof en> = { en, ru };
const LANGUAGES = [
  ['en', 'English'],
  ['ru', 'Русский'],
] as const;
const ZONES = Intl.supportedValuesOf('timeZone');

/** One's own settings. */
export function meHandlers(pages: Pages): void {
  pages.get('/settings', ({ c }) => c.redirect('/settings/me', 303));
  pages.get('/settings/me', (visit) => show(visit, null));
  pages.post('/settings/me', async (visit) => {
    const form = await readForm(visit.c);
    const save = async () => {
      await editOwnSettings(visit.deps, visit.actor, changesIn(form));
      return done(visit, '/settings/me', { did: 'saved' });
    };
    return orAgain(visit, save, (alert) => show(visit, alert));
  });
}

function changesIn(form: Form) {
  const known = <Value extends string>(values: readonly Value[], name: string): Value | undefined =>
    values.find((each) => each === form.text(name));
  return {
    language: known(['en', 'ru'], 'language') ?? null,
    timeZone: form.line('timeZone'),
    theme: known(THEMES, 'theme') ?? 'system',
    afterSend: known(AFTER_SEND, 'afterSend') ?? 'stay',
    singleKeys: form.has('singleKeys'),
    signature: form.text('signature'),
  };
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const words = visit.say(sentences);
  const account = await findOwnAccount(visit.deps, visit.actor);
  const content = html`<div class="columns settled">
    <form method="post" class="stack card form">
      <p class="quiet">
        ${words.signedIn} <b dir="auto">${account.name}</b>, ${account.email} ·
        ${visit.say(terms).role[account.role]}
      </p>
      ${selectField({
        label: words.language,
        name: 'language',
        value: account.language,
        options: [['', words.asBrowser], ...LANGUAGES],
      })}
      ${selectField({
        label: words.timeZone,
        name: 'timeZone',
        value: account.timeZone,
        options: [['', words.browserZone], ...ZONES.map((zone) => [zone, zone] as const)],
      })}
      ${selectField({
        label: words.theme,
        name: 'theme',
        value: account.theme,
        options: THEMES.map((each) => [each, words.themes[each]]),
      })}
      ${selectField({
        label: words.afterSend,
        name: 'afterSend',
        value: account.afterSend,
        options: AFTER_SEND.map((each) => [each, words.after[each]]),
      })}
      ${areaField({ label: words.signature, name: 'signature', value: account.signature, rows: 3 })}
      ${checkField({
        label: words.singleKeys,
        hint: words.singleKeysHint,
        name: 'singleKeys',
        checked: account.singleKeys,
      })}
      <button class="primary">${words.save}</button>
    </form>
    ${notifications(visit)}
  </div>`;
  return settingsPage(visit, 'me', { content, alert });
}

// The script shows the browser's permission and asks for it on a click; without scripts there are no notifications.
function notifications(visit: Visit): Html {
  const { notifications: title, notify } = visit.say(sentences);
  return html`<section
    class="card stack"
    hidden
    data-scripted
    data-notify
    data-is-on="${notify.isOn}"
    data-is-off="${notify.isOff}"
    data-denied="${notify.denied}"
    data-none="${notify.none}"
  >
    <h2>${title}</h2>
    <p class="quiet">${notify.hint}</p>
    <p role="status" data-notify-status></p>
    <p class="verbs">
      <button type="button" data-notify-on>${icon('bell', visit.deps.assets)}${notify.on}</button>
      <button type="button" data-notify-off>${notify.off}</button>
    </p>
  </section>`;
}
