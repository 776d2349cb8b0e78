import { html } from 'hono/html';
import type { EventView } from '../../../people/history/event-view.ts';
import type { AskedField, FieldChanges, FieldValue, FieldValues } from '../../../requests/fields/field.ts';
import type { Team } from '../../../people/teams/team.ts';
import type { Operator } from '../../../people/operators/operator.ts';
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
  },
  values: { true: 'да', false: 'нет' },
};
const sentences: Catalogue<typeof en> = { en, ru };

/** What the conversation itself says of a message, in words. */
const SAID_ELSEWHERE = new Set([
  'language',
  'class',
  'matchedBy',
  'authenticity',
  'notify',
  'rule',
  'ruleId',
  'escalated',
  'because',
]);

/** Who and what an event names by id. */
export type NamedByEvents = {
  readonly operators: readonly Operator[];
  readonly teams: readonly Team[];
  readonly fields: readonly AskedField[];
};

/** What an event changed, each field with its value before and after. */
export function changes(visit: Visit, event: EventView, named: NamedByEvents): Html {
  const { operators, teams } = named;
  if (event.type === 'request.fields_changed') return valueChanges(visit, event, named.fields);
  const words = visit.say(sentences);
  const { status, priority, delivery } = visit.say(terms);
  const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    status,
    priority,
    state: delivery,
  };
  const shown = (name: string, value: unknown): string => {
    if (name === 'assigneeId' || name === 'assign' || name === 'operatorId')
      return operators.find(({ id }) => id === value)?.name ?? `#${String(value)}`;
    if (name === 'teamId' || name === 'team')
      return teams.find(({ id }) => id === value)?.name ?? `#${String(value)}`;
    // By its id alone nobody knows it; the event of the notice is beside it.
    if (name === 'answer') return words.values['true'] ?? '';
    if (name === 'field') return valuesSaid(visit, value as FieldValues, named.fields);
    if (Array.isArray(value)) return value.map((each) => shown(name, each)).join(', ');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return names[name]?.[text] ?? words.values[text] ?? text;
  };
  const changed = Object.entries(event.new ?? {}).filter(
    ([name, value]) =>
      value !== null &&
      value !== '' &&
      !SAID_ELSEWHERE.has(name) &&
      // Of a mention the note says whom.
      (name !== 'operatorId' || event.type === 'request.escalated') &&
      JSON.stringify(event.old?.[name]) !== JSON.stringify(value),
  );
  return html`${changed.map(([name, value]) => {
    const before = event.old?.[name] ?? null;
    const old = before === null ? '' : shown(name, before);
    return change(words.fields[name] ?? name, old, shown(name, value));
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
