import {
  CLASSES,
  type Condition,
  type RuleAction,
  type RuleText,
  SPOKEN,
} from '../../../intake/rules/rule.ts';
import type { AskedField } from '../../../requests/fields/field.ts';
import { readValue } from '../fields/values-in-form.ts';
import { PRIORITIES } from '../../../requests/request.ts';
import type { Form } from '../parts/forms.ts';
import { ID_TEXT } from '../../../platform/id-text.ts';

export const FIELDS = [
  'sender',
  'recipient',
  'subject',
  'words',
  'header',
  'language',
  'class',
  'attachment',
  'request',
] as const satisfies readonly Condition['field'][];

export const TYPES = [
  'priority',
  'tags',
  'category',
  'field',
  'assign',
  'team',
  'note',
  'answer',
  'close',
  'jira',
  'tell',
] as const satisfies readonly RuleAction['type'][];

/** More rows than a rule may have are not read. */
const MAX_ROWS = 40;

/** What a form of a rule says, complete or not: the verb that saves it says what is missing. */
export function ruleIn(form: Form, fields: readonly AskedField[]): RuleText {
  const byTime = form.text('trigger') === 'time';
  const days = form.id('afterDays');
  return {
    name: form.text('name').trim(),
    enabled: form.has('enabled'),
    trigger: byTime ? 'time' : 'mail',
    afterDays: byTime ? days : null,
    match: form.text('match') === 'any' ? 'any' : 'all',
    conditions: rowsOf(form, 'c', conditionIn),
    actions: rowsOf(form, 'a', (given, at) => actionIn(given, at, fields)),
    stop: form.has('stop') && !byTime,
  };
}

/** A condition that looks at a field, with nothing filled in. */
export function blankCondition(field: string): Condition | null {
  const known = FIELDS.find((each) => each === field);
  return known === undefined ? null : conditionOf(known, { lines: [''], name: '', not: false });
}

/** An action of a type, or `field:` and the key of one, with nothing filled in. */
export function blankAction(type: string): RuleAction | null {
  if (type.startsWith('field:')) return { type: 'field', key: type.slice('field:'.length), value: '' };
  const known = TYPES.find((each) => each === type);
  return known === undefined || known === 'field' ? null : actionOf(known, '');
}

function rowsOf<Row>(form: Form, kind: 'c' | 'a', read: (form: Form, at: string) => Row | null): Row[] {
  const removed = form.text('verb');
  const rows: Row[] = [];
  for (let index = 0; index < MAX_ROWS && form.has(`${kind}${index}`); index += 1) {
    const row = removed === `remove-${kind}${index}` ? null : read(form, `${kind}${index}`);
    if (row !== null) rows.push(row);
  }
  return rows;
}

function conditionIn(form: Form, at: string): Condition | null {
  const field = FIELDS.find((each) => each === form.text(at));
  const lines = form.all(`${at}.value`).flatMap((value) => value.split('\n'));
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '');
  const said = { lines: filled, name: form.text(`${at}.name`).trim(), not: form.has(`${at}.not`) };
  return field === undefined ? null : conditionOf(field, said);
}

function conditionOf(
  field: (typeof FIELDS)[number],
  { lines, name, not }: { readonly lines: readonly string[]; readonly name: string; readonly not: boolean },
): Condition {
  const turned = not ? { not } : {};
  // Nothing typed is a blank value, which saving refuses: without one the condition would say something else.
  const some = lines.length === 0 ? [''] : lines;
  switch (field) {
    case 'header':
      return { field, name, value: lines.filter((line) => line !== ''), ...turned };
    case 'language':
      return { field, value: SPOKEN.filter((each) => lines.includes(each)), ...turned };
    case 'class':
      return { field, value: CLASSES.filter((each) => lines.includes(each)), ...turned };
    case 'attachment':
      return { field, value: !lines.includes('false'), ...turned };
    case 'request':
      return { field, value: lines.includes('joined') ? 'joined' : 'new', ...turned };
    default:
      return { field, value: some, ...turned };
  }
}

function actionIn(form: Form, at: string, fields: readonly AskedField[]): RuleAction | null {
  const type = TYPES.find((each) => each === form.text(at));
  if (type === 'field') {
    const key = form.text(`${at}.key`);
    const field = fields.find((each) => each.key === key);
    const value = form.text(`${at}.value`).trim();
    if (field?.kind === 'several_of') return { type, key, value: form.all(`${at}.value`) };
    return { type, key, value: field === undefined ? value : readValue(field, value) };
  }
  return type === undefined ? null : actionOf(type, form.text(`${at}.value`));
}

function actionOf(type: Exclude<(typeof TYPES)[number], 'field'>, text: string): RuleAction {
  switch (type) {
    case 'priority':
      return { type, value: PRIORITIES.find((each) => each === text) ?? 'P3' };
    case 'tags': {
      const tags = text.split(',').map((tag) => tag.trim());
      return { type, value: tags.length > 1 ? tags.filter((tag) => tag !== '') : tags };
    }
    case 'assign':
    case 'team':
    case 'answer':
      return { type, value: ID_TEXT.test(text) ? Number(text) : 0 };
    case 'category':
    case 'note':
      return { type, value: text.trim() };
    default:
      return { type };
  }
}
