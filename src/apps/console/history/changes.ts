import { html } from 'hono/html';
import type { EventView } from '../../../people/history/event-view.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import { type Html } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  fields: {
    status: 'Status',
    assigneeId: 'Assignee',
    priority: 'Priority',
    category: 'Category',
    tags: 'Tags',
    subject: 'Subject',
    needsAttention: 'Needs attention',
    notes: 'Notes',
    reason: 'Reason',
    notice: 'Notice',
    state: 'Delivery',
  } as Readonly<Record<string, string>>,
  values: { true: 'yes', false: 'no' } as Readonly<Record<string, string>>,
};
const ru: typeof en = {
  fields: {
    status: 'Состояние',
    assigneeId: 'Ответственный',
    priority: 'Приоритет',
    category: 'Категория',
    tags: 'Метки',
    subject: 'Тема',
    needsAttention: 'Требует внимания',
    notes: 'Решение',
    reason: 'Причина',
    notice: 'Уведомление',
    state: 'Доставка',
  },
  values: { true: 'да', false: 'нет' },
};
const sentences: Catalogue<typeof en> = { en, ru };

/** What the conversation itself says of a message, in words. */
const SAID_ELSEWHERE = new Set(['language', 'class', 'matchedBy', 'authenticity', 'notify']);

/** What an event changed, each field with its value before and after. */
export function changes(visit: Visit, event: EventView, operators: readonly Operator[]): Html {
  const words = visit.say(sentences);
  const { status, priority, delivery } = visit.say(terms);
  const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    status,
    priority,
    state: delivery,
  };
  const shown = (name: string, value: unknown): string => {
    if (name === 'assigneeId') return operators.find(({ id }) => id === value)?.name ?? `#${String(value)}`;
    if (Array.isArray(value)) return value.map((each) => shown(name, each)).join(', ');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return names[name]?.[text] ?? words.values[text] ?? text;
  };
  const changed = Object.entries(event.new ?? {}).filter(
    ([name, value]) =>
      value !== null &&
      value !== '' &&
      !SAID_ELSEWHERE.has(name) &&
      JSON.stringify(event.old?.[name]) !== JSON.stringify(value),
  );
  return html`${changed.map(([name, value]) => {
    const before = event.old?.[name] ?? null;
    const old = before === null ? '' : shown(name, before);
    return html`<br /><small
        >${words.fields[name] ?? name}: ${old === '' ? '' : html`<s dir="auto">${old}</s> `}<bdi
          >${shown(name, value)}</bdi
        ></small
      >`;
  })}`;
}
