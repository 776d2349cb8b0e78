import type { NoticeKind } from '../mailbox.ts';
import type { Language } from '../../mail/language.ts';

/** The texts of the notices that ship with the desk, by language and kind. */
export const SHIPPED: Readonly<Record<Language, Readonly<Record<NoticeKind, string>>>> = {
  en: {
    created: `Hello{% if contact.name != "" %} {{ contact.name }}{% endif %},

We have received your message{% if request.subject != "" %} "{{ request.subject }}"{% endif %} and opened request {{ request.id }} for it. One of us will read it and write back.

If you want to add something, just reply to this email.

{{ mailbox.name }}
`,
    taken: `Hello{% if contact.name != "" %} {{ contact.name }}{% endif %},

{% if operator %}{{ operator.name }}{% else %}One of us{% endif %} is now working on your request {{ request.id }}{% if request.subject != "" %} "{{ request.subject }}"{% endif %}.

{{ mailbox.name }}
`,
    closed: `Hello{% if contact.name != "" %} {{ contact.name }}{% endif %},

Your request {{ request.id }}{% if request.subject != "" %} "{{ request.subject }}"{% endif %} is now closed.

If something is still open, just reply to this email: one of us will read it and write back.
{% if rating %}
Was it helpful? Tell us here: {{ rating.url }}
{% endif %}
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

Если вопрос остался, просто ответьте на это письмо: мы прочитаем ответ и напишем вам.
{% if rating %}
Помогли ли мы вам? Скажите здесь: {{ rating.url }}
{% endif %}
{{ mailbox.name }}
`,
  },
};
