import { html } from 'hono/html';
import { may, type Action } from '../../../people/access/permissions.ts';
import { type Html } from '../parts/html.ts';
import { respond } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  title: 'Settings',
  yours: 'Yours',
  requests: 'Requests',
  desk: 'Desk',
  me: 'You',
  notifications: 'Notifications',
  views: 'Views',
  canned: 'Canned replies',
  mailboxes: 'Mailboxes',
  templates: 'Notices',
  rules: 'Rules',
  fields: 'Fields',
  clocks: 'Promises',
  teams: 'Teams',
  retention: 'Retention',
  operators: 'Operators',
  webhooks: 'Webhooks',
  jira: 'Jira',
};
const ru: typeof en = {
  title: 'Настройки',
  yours: 'Личное',
  requests: 'Обращения',
  desk: 'Служба',
  me: 'Вы',
  notifications: 'Оповещения',
  views: 'Подборки',
  canned: 'Готовые ответы',
  mailboxes: 'Ящики',
  templates: 'Уведомления',
  rules: 'Правила',
  fields: 'Поля',
  clocks: 'Сроки',
  teams: 'Команды',
  retention: 'Хранение',
  operators: 'Операторы',
  webhooks: 'Вебхуки',
  jira: 'Jira',
};
const sentences: Catalogue<typeof en> = { en, ru };

type Group = 'yours' | 'requests' | 'desk';
export type SettingsPlace = keyof Omit<typeof en, 'title' | Group>;
type Way = readonly [SettingsPlace, string];

/** Answers with a page of the settings, below the way to all that one may see. */
export function settingsPage(
  visit: Visit,
  place: SettingsPlace,
  page: {
    readonly content: Html;
    readonly alert?: string | null;
    /** What the page is about, where it is one of several of its place. */
    readonly about?: string;
  },
): Promise<Response> {
  const words = visit.say(sentences);
  const { content, alert = null, about } = page;
  const whole = html`<div class="page settings">
    <h1>${words[place]}</h1>
    <nav class="tabs" aria-label="${words.title}">
      ${waysFor(visit).map(
        ([group, ways]) =>
          html`<div class="group">
            <span>${words[group]}</span>
            ${ways.map(
              ([name, href]) =>
                html`<a href="${href}" ${name === place ? html`aria-current="page"` : ''}>${words[name]}</a>`,
            )}
          </div>`,
      )}
    </nav>
    <div class="body">${content}</div>
  </div>`;
  // The browser's tab shows its beginning.
  const title = [...(about === undefined ? [] : [about]), words[place], words.title].join(' · ');
  return respond(visit, { title, content: whole, place: '/settings', alert }, alert === null ? 200 : 422);
}

function waysFor({ actor }: Visit): (readonly [Group, readonly Way[]])[] {
  const where = (action: Action, ...ways: readonly Way[]): readonly Way[] => (may(actor, action) ? ways : []);
  return [
    [
      'yours',
      [
        ['me', '/settings/me'],
        ['notifications', '/settings/notifications'],
        ['views', '/views'],
        ['canned', '/settings/canned'],
      ],
    ],
    [
      'requests',
      [
        ...where(
          'mailboxes.edit',
          ['mailboxes', '/settings/mailboxes'],
          ['templates', '/settings/templates'],
          ['rules', '/settings/rules'],
          ['fields', '/settings/fields'],
          ['clocks', '/settings/clocks'],
        ),
        ...where('retention.manage', ['retention', '/settings/retention']),
      ],
    ],
    [
      'desk',
      [
        ...where('teams.edit', ['teams', '/settings/teams']),
        ...where('operators.add', ['operators', '/settings/operators']),
        ...where('webhooks.manage', ['webhooks', '/settings/webhooks']),
        ['jira', '/settings/jira'],
      ],
    ],
  ];
}
