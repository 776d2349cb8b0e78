import { html } from 'hono/html';
import { type Mapping, UNMAPPED } from '../../../integrations/jira/mappings/mapping.ts';
import type { MappingField } from '../../../integrations/jira/mappings/save-mapping.ts';
import type { Problem } from '../../../platform/problems.ts';
import { checkField, selectField, textField } from '../parts/fields.ts';
import type { Form } from '../parts/forms.ts';
import type { Html } from '../parts/html.ts';
import { faultOf } from '../shell/refused.ts';
import type { Visit } from '../shell/visit.ts';
import { jiraWords } from './words.ts';

/** A form that Jira or the desk refused, to be shown again with what was typed. */
export type RefusedMapping = { readonly form: Form; readonly problem: Problem };

export type ShownMapping = { readonly mapping: Mapping | null; readonly again: RefusedMapping | null };

export type TargetChoices = {
  readonly targets: readonly (readonly [string, string])[];
  readonly types: readonly string[];
};

const FIELD = 'field:';

/** The fields that a form fills in; one that was left as it is shown keeps its value. */
export function fieldsIn(form: Form, before: Mapping['fields']): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const id of fieldIds(form)) {
    const given = form.text(FIELD + id).trim();
    if (given !== '') fields[id] = given === shownValue(before[id]) ? before[id] : given;
  }
  return fields;
}

/** The fields that a form shows. */
export function fieldIds(form: Form): readonly string[] {
  return form
    .text('fieldIds')
    .split(' ')
    .filter((id) => id !== '');
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const [only = value] = Array.isArray(value) && value.length === 1 ? (value as readonly unknown[]) : [];
  if (typeof only === 'object' && only !== null && 'id' in only) return String(only.id);
  return JSON.stringify(value ?? '');
}

/** Where a mailbox's issues are made, and with which further fields. */
export function placeControls(
  visit: Visit,
  {
    mapping,
    again,
    choices,
    fields,
  }: ShownMapping & { readonly choices: TargetChoices; readonly fields: readonly MappingField[] },
): Html {
  const words = visit.say(jiraWords);
  const stored = {
    target:
      mapping === null
        ? ''
        : mapping.board === null
          ? `project:${mapping.projectKey}`
          : `board:${mapping.board}`,
    issueType: mapping?.issueType ?? '',
  };
  const text = (name: string, value: string) => again?.form.text(name) ?? value;
  const fault = (name: string) => faultOf(again?.problem, name);
  const select = (
    label: string,
    name: keyof typeof stored,
    options: TargetChoices['targets'],
    wrong?: string,
  ) => {
    const value = text(name, stored[name]);
    const isListed = value === '' || options.some(([each]) => each === value);
    const all = isListed ? options : [[value, value.replace(/^\w+:/, '')] as const, ...options];
    return selectField({ label, name, value, options: all, fault: wrong });
  };
  return html`${select(words.target, 'target', choices.targets, fault('board') ?? fault('projectKey'))}
    ${select(
      words.type,
      'issueType',
      choices.types.map((name) => [name, name] as const),
      fault('issueType'),
    )}
    <input type="hidden" name="fieldIds" value="${fields.map(({ id }) => id).join(' ')}" />
    ${fields.map(({ id, name: label, choices: options }) => {
      const name = FIELD + id;
      const field = {
        label,
        name,
        value: text(name, shownValue(mapping?.fields[id] ?? '')),
        fault: fault(`fields/${id}`),
      };
      return options.length === 0
        ? textField(field)
        : selectField({ ...field, options: [['', '—'], ...options] });
    })}`;
}

/** What else a mapping says. */
export function ruleControls(visit: Visit, { mapping, again }: ShownMapping): Html {
  const words = visit.say(jiraWords);
  const stored = mapping ?? UNMAPPED;
  const text = (name: string, value: string) => again?.form.text(name) ?? value;
  const check = (name: 'always' | 'namesReporter' | 'copiesWatch' | 'resolves' | 'closes', value: boolean) =>
    checkField({ label: words[name], name, checked: again?.form.has(name) ?? value });
  const select = (name: 'tells' | 'hears', options: Readonly<Record<string, string>>) =>
    selectField({
      label: words[name],
      name,
      value: text(name, stored[name]),
      options: Object.entries(options),
    });
  return html`${check('always', stored.always)} ${select('tells', words.tellsWords)}
  ${select('hears', words.hearsWords)}
  ${textField({ label: words.labels, name: 'labels', value: text('labels', stored.labels.join(' ')), fault: faultOf(again?.problem, 'labels') })}
  ${textField({ label: words.watchers, name: 'watchers', value: text('watchers', stored.watchers.join(' ')), hint: words.watchersHint })}
  ${check('namesReporter', stored.namesReporter)} ${check('copiesWatch', stored.copiesWatch)}
  ${check('resolves', stored.verbs['done'] === 'resolve')} ${check('closes', stored.closeTo !== null)}`;
}
