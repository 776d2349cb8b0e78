import { html } from 'hono/html';
import { may } from '../../../people/access/permissions.ts';
import { type Html } from '../parts/html.ts';
import { respond } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  title: 'Settings',
  me: 'You',
  views: 'Views',
  canned: 'Canned replies',
  mailboxes: 'Mailboxes',
  templates: 'Notices',
  clocks: 'Promises',
  operators: 'Operators',
  webhooks: 'Webhooks',
  jira: 'Jira',
};
const ru: typeof en = {
  title: 'Настройки',
  me: 'Вы',
  views: 'Подборки',
  canned: 'Готовые ответы',
  mailboxes: 'Ящики',
  templates: 'Уведомления',
  clocks: 'Сроки',
  operators: 'Операторы',
  webhooks: 'Вебхуки',
  jira: 'Jira',
};
const sentences: Catalogue<typeof en> = { en, ru };

export type SettingsPlace = keyof Omit<typeof en, 'title'>;

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
  const shown: readonly (readonly [SettingsPlace, string])[] = [
    ['me', '/settings/me'],
    ['views', '/views'],
    ['canned', '/settings/canned'],
    ...(may(visit.actor, 'mailboxes.edit')
      ? ([
          ['mailboxes', '/settings/mailboxes'],
          ['templates', '/settings/templates'],
          ['clocks', '/settings/clocks'],
        ] as const)
      : []),
    ...(may(visit.actor, 'operators.add') ? ([['operators', '/settings/operators']] as const) : []),
    ...(may(visit.actor, 'webhooks.manage') ? ([['webhooks', '/settings/webhooks']] as const) : []),
    ['jira', '/settings/jira'],
  ];
  const whole = html`<div class="page">
    <h1>${words[place]}</h1>
    <nav class="tabs" aria-label="${words.title}">
      ${shown.map(
        ([name, href]) =>
          html`<a href="${href}" ${name === place ? html`aria-current="page"` : ''}>${words[name]}</a>`,
      )}
    </nav>
    ${content}
  </div>`;
  // The browser's tab shows its beginning.
  const title = [...(about === undefined ? [] : [about]), words[place], words.title].join(' · ');
  return respond(visit, { title, content: whole, place: '/settings', alert }, alert === null ? 200 : 422);
}
