import { html } from 'hono/html';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { Pages } from '../shell/pages.ts';
import { respond } from '../shell/respond.ts';
import type { Catalogue } from '../shell/visit.ts';
import { addForm } from '../settings/mailboxes.ts';

const en = {
  title: 'Welcome',
  lead: 'This desk has no mailbox yet. In five minutes the first email will be in your list:',
  steps: [
    'Enter the Gmail address that people write to.',
    'Paste a script into that Gmail account: it hands over new email.',
    'Enter the SMTP account that sends the answers.',
    'Send a first email.',
  ],
  who: (name: string, email: string) => `You are ${name} (${email}) and may do everything here.`,
  me: 'Change your own settings',
};
const ru: typeof en = {
  title: 'Добро пожаловать',
  lead: 'Здесь ещё нет ящика. Через пять минут первое письмо будет в списке:',
  steps: [
    'Укажите адрес Gmail, на который пишут.',
    'Вставьте в тот аккаунт скрипт: он передаёт письма.',
    'Укажите учётную запись SMTP для ответов.',
    'Отправьте первое письмо.',
  ],
  who: (name, email) => `Вы — ${name} (${email}), и вам здесь доступно всё.`,
  me: 'Ваши настройки',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** Where an empty desk begins. */
export function beginHandlers(pages: Pages): void {
  pages.get('/begin', async (visit) => {
    const words = visit.say(sentences);
    const { actor } = visit;
    const [mailbox] = await listMailboxes(visit.deps, actor);
    if (mailbox !== undefined) return visit.c.redirect(`/settings/mailboxes/${mailbox.id}/connect`, 303);
    const content = html`<div class="page narrow">
      <h1>${words.title}</h1>
      <p>${words.who(actor.name, actor.email)} <a href="/settings/me">${words.me}</a></p>
      <p>${words.lead}</p>
      <ol class="steps numbered">
        ${words.steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      ${addForm(visit)}
    </div>`;
    return respond(visit, { title: words.title, content });
  });
}
