import { Liquid } from 'liquidjs';
import type { Language, NoticeKind } from '../mailboxes/mailbox.ts';

/** What a notice template may name; every value is plain text. */
export type TemplateValues = {
  readonly contact: { readonly name: string; readonly email: string };
  readonly request: { readonly id: number; readonly subject: string };
  readonly mailbox: { readonly name: string; readonly address: string };
  readonly operator: { readonly name: string } | null;
};

const SHIPPED: Readonly<Record<Language, Readonly<Record<NoticeKind, string>>>> = {
  en: {
    created: `Hello{% if contact.name != "" %} {{ contact.name }}{% endif %},

we have received your message{% if request.subject != "" %} "{{ request.subject }}"{% endif %} and opened request {{ request.id }} for it. One of us will read it and write back.

If you want to add something, just answer this mail.

{{ mailbox.name }}
`,
    taken: `Hello{% if contact.name != "" %} {{ contact.name }}{% endif %},

{% if operator %}{{ operator.name }}{% else %}One of us{% endif %} is now working on your request {{ request.id }}{% if request.subject != "" %} "{{ request.subject }}"{% endif %}.

{{ mailbox.name }}
`,
    closed: `Hello{% if contact.name != "" %} {{ contact.name }}{% endif %},

your request {{ request.id }}{% if request.subject != "" %} "{{ request.subject }}"{% endif %} is now closed.

If something is still open, just answer this mail: we will take it up again.

{{ mailbox.name }}
`,
  },
  ru: {
    created: `Здравствуйте{% if contact.name != "" %}, {{ contact.name }}{% endif %}!

Мы получили ваше письмо{% if request.subject != "" %} «{{ request.subject }}»{% endif %} и открыли по нему обращение {{ request.id }}. Мы прочитаем его и ответим вам.

Если захотите что-то добавить, просто ответьте на это письмо.

{{ mailbox.name }}
`,
    taken: `Здравствуйте{% if contact.name != "" %}, {{ contact.name }}{% endif %}!

Вашим обращением {{ request.id }}{% if request.subject != "" %} «{{ request.subject }}»{% endif %} {% if operator %}теперь занимается {{ operator.name }}{% else %}уже занимаются{% endif %}.

{{ mailbox.name }}
`,
    closed: `Здравствуйте{% if contact.name != "" %}, {{ contact.name }}{% endif %}!

Ваше обращение {{ request.id }}{% if request.subject != "" %} «{{ request.subject }}»{% endif %} закрыто.

Если вопрос остался, просто ответьте на это письмо: мы снова им займёмся.

{{ mailbox.name }}
`,
  },
};

// A template may use what is documented and nothing else: no file is read, no prototype is reached, no loop runs away.
const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  renderLimit: 200,
  parseLimit: 100_000,
  memoryLimit: 1_000_000,
  templates: {},
});

const parsed = new Map<string, ReturnType<typeof engine.parse>>();

/** The text of a notice in a language, from the template that ships with the desk. */
export function renderNotice(notice: NoticeKind, language: Language, values: TemplateValues): string {
  const key = `${language}/${notice}`;
  const template = parsed.get(key) ?? engine.parse(SHIPPED[language][notice]);
  parsed.set(key, template);
  return String(engine.renderSync(template, values));
}
