import { html } from 'hono/html';
import type { EventView } from '../../../people/history/event-view.ts';
import type { AskedField, FieldChanges, FieldValue, FieldValues } from '../../../requests/fields/field.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import { clockWords } from '../clocks/words.ts';
import { conversationWords } from '../conversation/words.ts';
import { valueText } from '../fields/value-text.ts';
import { type Html } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  fields: {
    status: 'Status',
    assigneeId: 'Assignee',
    operatorId: 'To',
    teamId: 'Team',
    priority: 'Priority',
    category: 'Category',
    field: 'Fields',
    tags: 'Tags',
    subject: 'Subject',
    needsAttention: 'Needs attention',
    notes: 'Notes',
    reason: 'Reason',
    notice: 'Notice',
    state: 'Delivery',
    assign: 'Assignee',
    team: 'Team',
    note: 'Note',
    answer: 'Answered',
    close: 'Closed',
    jira: 'Jira issue',
    tell: 'Told',
    skipped: 'Needed no doing',
    error: 'Error',
    clock: 'Promise',
    due: 'Due',
    recipients: 'To',
    address: 'Address',
    name: 'Name',
    text: 'Text',
    rating: 'Rating',
    comment: 'Comment',
    mergedInto: 'Merged into',
    requestId: 'Request',
    splitFrom: 'Split off from',
    key: 'Jira issue',
  } as Readonly<Record<string, string>>,
  values: { true: 'yes', false: 'no' } as Readonly<Record<string, string>>,
};
const ru: typeof en = {
  fields: {
    status: 'Состояние',
    assigneeId: 'Ответственный',
    operatorId: 'Кому',
    teamId: 'Команда',
    priority: 'Приоритет',
    category: 'Категория',
    field: 'Поля',
    tags: 'Метки',
    subject: 'Тема',
    needsAttention: 'Требует внимания',
    notes: 'Решение',
    reason: 'Причина',
    notice: 'Уведомление',
    state: 'Доставка',
    assign: 'Ответственный',
    team: 'Команда',
    note: 'Заметка',
    answer: 'Отвечено',
    close: 'Закрыто',
    jira: 'Задача Jira',
    tell: 'Напомнено',
    skipped: 'Не понадобилось',
    error: 'Ошибка',
    clock: 'Обещание',
    due: 'Срок',
    recipients: 'Кому',
    address: 'Адрес',
    name: 'Имя',
    text: 'Текст',
    rating: 'Оценка',
    comment: 'Комментарий',
    mergedInto: 'Объединено с',
    requestId: 'Обращение',
    splitFrom: 'Отделено от',
    key: 'Задача Jira',
  },
  values: { true: 'да', false: 'нет' },
};
const sentences: Catalogue<typeof en> = { en, ru };

/** Who and what an event names by id. */
export type NamedByEvents = {
  readonly operators: readonly Operator[];
  readonly teams: readonly Team[];
  readonly fields: readonly AskedField[];
};

/** What an event changed, each field with its value before and after. What has no word is for programs. */
export function changes(visit: Visit, event: EventView, named: NamedByEvents): Html {
  const { operators, teams } = named;
  if (event.type === 'request.fields_changed') return valueChanges(visit, event, named.fields);
  const words = visit.say(sentences);
  const { status, priority, delivery } = visit.say(terms);
  const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    status,
    priority,
    state: delivery,
    clock: visit.say(clockWords).clock,
    rating: visit.say(conversationWords).ratings,
  };
  const shown = (name: string, value: unknown): string => {
    if (name === 'assigneeId' || name === 'assign' || name === 'operatorId')
      return operators.find(({ id }) => id === value)?.name ?? `#${String(value)}`;
    if (name === 'teamId' || name === 'team')
      return teams.find(({ id }) => id === value)?.name ?? `#${String(value)}`;
    // By its id alone nobody knows it; the event of the notice is beside it.
    if (name === 'answer') return words.values['true'] ?? '';
    if (name === 'due') return visit.format.exact(new Date(String(value)));
    if (name === 'field') return valuesSaid(visit, value as FieldValues, named.fields);
    if (Array.isArray(value)) return value.map((each) => shown(name, each)).join(', ');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return names[name]?.[text] ?? words.values[text] ?? text;
  };
  const changed = Object.entries(event.new ?? {}).filter(
    ([name, value]) =>
      value !== null &&
      value !== '' &&
      words.fields[name] !== undefined &&
      // Of a mention the note says whom.
      (name !== 'operatorId' || event.type === 'request.escalated') &&
      JSON.stringify(event.old?.[name]) !== JSON.stringify(value),
  );
  return html`${changed.map(([name, value]) => {
    const before = event.old?.[name] ?? null;
    const old = before === null ? '' : shown(name, before);
    return change(words.fields[name] ?? '', old, shown(name, value));
  })}`;
}

function change(name: string | Html, old: string, now: string): Html {
  return html`<br /><small
      >${name}: ${old === '' ? '' : html`<s dir="auto">${old}</s> `}<bdi>${now}</bdi></small
    >`;
}

function valuesSaid(visit: Visit, values: FieldValues, fields: readonly AskedField[]): string {
  return Object.entries(values)
    .map(([key, value]) => {
      const field = fields.find((each) => each.key === key);
      return `${field?.name ?? key} = ${valueText(visit, field ?? { kind: 'text' }, value)}`;
    })
    .join(', ');
}

// A field that is asked no more is told by its key.
function valueChanges(visit: Visit, { old, new: now }: EventView, fields: readonly AskedField[]): Html {
  const before = (old?.['fields'] ?? {}) as FieldChanges;
  const after = (now?.['fields'] ?? {}) as FieldChanges;
  return html`${Object.entries(after).map(([key, value]) => {
    const field = fields.find((each) => each.key === key);
    const said = (each: FieldValue | null | undefined): string =>
      each === null || each === undefined ? '' : valueText(visit, field ?? { kind: 'text' }, each);
    return change(html`<bdi>${field?.name ?? key}</bdi>`, said(before[key]), said(value));
  })}`;
}
