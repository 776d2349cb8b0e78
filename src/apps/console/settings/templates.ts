import { html } from 'hono/html';
import { LANGUAGES } from '../../../mail/language.ts';
import { NOTICE_KINDS } from '../../../mailboxes/mailbox.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { findTemplate, type TemplateName } from '../../../mailboxes/templates/find-template.ts';
import { previewTemplate } from '../../../mailboxes/templates/preview-template.ts';
import { resetTemplate, setTemplate } from '../../../mailboxes/templates/set-template.ts';
import { listVariables } from '../../../mailboxes/templates/list-variables.ts';
import { Problem } from '../../../platform/problems.ts';
import { areaField, checkField, selectField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { problemWords } from '../shell/problem-words.ts';
import { done } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';
import { settingsPage } from './settings-page.ts';

const en = {
  mailbox: 'Mailbox',
  notice: 'Notice',
  language: 'Language',
  show: 'Show',
  kinds: { created: 'Received', taken: 'In progress', closed: 'Closed' },
  languages: { en: 'English', ru: 'Russian' },
  text: 'Text',
  variables: 'Variables',
  enabled: 'Send this notice',
  save: 'Save',
  reset: 'Restore the default',
  preview: 'Preview',
  previewed: 'How it will look',
  own: 'Your own text',
  shipped: 'The default text',
  none: 'Add a mailbox first.',
};
const ru: typeof en = {
  mailbox: 'Ящик',
  notice: 'Уведомление',
  language: 'Язык',
  show: 'Показать',
  kinds: { created: 'Получено', taken: 'Взято в работу', closed: 'Закрыто' },
  languages: { en: 'Английский', ru: 'Русский' },
  text: 'Текст',
  variables: 'Можно назвать',
  enabled: 'Отправляется',
  save: 'Сохранить',
  reset: 'Вернуть исходный',
  preview: 'Просмотр',
  previewed: 'Как это будет выглядеть',
  own: 'Ваш текст',
  shipped: 'Исходный текст',
  none: 'Сначала добавьте ящик.',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** The notices of a mailbox in its own words, with how they will look. */
export function templateHandlers(pages: Pages): void {
  pages.get('/settings/templates', async (visit) => {
    const { searchParams } = new URL(visit.c.req.url);
    return show(visit, await nameIn(visit, (name) => searchParams.get(name) ?? ''), null);
  });
  pages.post('/settings/templates', async (visit) => {
    const form = await readForm(visit.c);
    const name = await nameIn(visit, form.text);
    if (name === null || form.text('verb') === 'preview') return show(visit, name, form);
    try {
      await (form.text('verb') === 'reset'
        ? resetTemplate(visit.deps, visit.actor, name)
        : setTemplate(visit.deps, visit.actor, {
            ...name,
            text: form.text('text'),
            html: null,
            enabled: form.has('enabled'),
          }));
    } catch (error) {
      if (error instanceof Problem) return show(visit, name, form);
      throw error;
    }
    const query = new URLSearchParams({ ...name, mailboxId: String(name.mailboxId) });
    return done(visit, `/settings/templates?${query.toString()}`, { did: 'saved' });
  });
}

async function nameIn(visit: Visit, text: (name: string) => string): Promise<TemplateName | null> {
  const mailboxes = await listMailboxes(visit.deps, visit.actor);
  const mailbox = mailboxes.find((each) => String(each.id) === text('mailboxId')) ?? mailboxes[0];
  if (mailbox === undefined) return null;
  return {
    mailboxId: mailbox.id,
    kind: NOTICE_KINDS.find((each) => each === text('kind')) ?? 'created',
    language: LANGUAGES.find((each) => each === text('language')) ?? mailbox.language,
  };
}

async function show(visit: Visit, name: TemplateName | null, typed: Form | null): Promise<Response> {
  const words = visit.say(sentences);
  if (name === null)
    return settingsPage(visit, 'templates', { content: html`<p class="empty">${words.none}</p>` });
  const template = await findTemplate(visit.deps, visit.actor, name);
  const text = typed?.text('text') ?? template.text;
  const { looks, fault } = await previewOf(visit, name, text);
  const variables = await listVariables(visit.deps, visit.actor, name);
  const content = html`${await chooser(visit, name)}
    <div class="columns wide">
      <form method="post" action="/settings/templates" class="stack card" data-preview>
        <input type="hidden" name="mailboxId" value="${name.mailboxId}" />
        <input type="hidden" name="kind" value="${name.kind}" />
        <input type="hidden" name="language" value="${name.language}" />
        <p class="quiet">${template.shipped ? words.shipped : words.own}</p>
        ${areaField({ label: words.text, name: 'text', value: text, rows: 10, required: true })}
        ${checkField({ label: words.enabled, name: 'enabled', checked: typed?.has('enabled') ?? template.enabled })}
        <div class="verbs">
          <button class="primary" name="verb" value="save">${words.save}</button>
          <button name="verb" value="preview">${words.preview}</button>
          ${when(
            !template.shipped,
            () => html`<button name="verb" value="reset" class="danger">${words.reset}</button>`,
          )}
        </div>
        <details>
          <summary class="link">${words.variables}</summary>
          <dl class="variables">
            ${variables.map(
              (each) =>
                html`<dt><code>{{ ${each.name} }}</code></dt>
                  <dd lang="en">${each.description}</dd>`,
            )}
          </dl>
        </details>
      </form>
      <section class="card" data-preview-result aria-live="polite">
        <h2>${words.previewed}</h2>
        ${when(fault, (words) => html`<p class="hint bad">${words}</p>`)}
        ${when(
          looks,
          (preview) =>
            html`<p><b dir="auto">${preview.subject}</b></p>
              <div class="text" dir="auto">${preview.text}</div>`,
        )}
      </section>
    </div>`;
  return settingsPage(visit, 'templates', { content });
}

async function previewOf(visit: Visit, name: TemplateName, text: string) {
  try {
    const looks = await previewTemplate(visit.deps, visit.actor, { ...name, words: { text, html: null } });
    return { looks, fault: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { looks: null, fault: problemWords(visit, error) };
  }
}

async function chooser(visit: Visit, name: TemplateName): Promise<Html> {
  const words = visit.say(sentences);
  const mailboxes = await listMailboxes(visit.deps, visit.actor);
  return html`<form class="verbs" action="/settings/templates">
    ${selectField({
      label: words.mailbox,
      name: 'mailboxId',
      value: name.mailboxId,
      options: mailboxes.map((each) => [each.id, each.address]),
    })}
    ${selectField({
      label: words.notice,
      name: 'kind',
      value: name.kind,
      options: NOTICE_KINDS.map((each) => [each, words.kinds[each]]),
    })}
    ${selectField({
      label: words.language,
      name: 'language',
      value: name.language,
      options: LANGUAGES.map((each) => [each, words.languages[each]]),
    })}
    <button>${words.show}</button>
  </form>`;
}
