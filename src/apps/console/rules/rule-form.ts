import { html } from 'hono/html';
import {
  CLASSES,
  type Condition,
  type RuleAction,
  type RuleText,
  SPOKEN,
} from '../../../intake/rules/rule.ts';
import { PRIORITIES } from '../../../requests/request.ts';
import { areaField, checkField, selectField, textField } from '../parts/fields.ts';
import { choicesOf } from '../fields/value-text.ts';
import { type Html, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import type { Choices } from './choices.ts';
import { FIELDS, TYPES } from './rule-in-form.ts';
import { ruleWords } from './words.ts';

type RuleForm = {
  readonly action: string;
  readonly rule: RuleText;
  readonly choices: Choices;
  readonly isNew: boolean;
};

/** The form of a rule: a row for each condition and action, which buttons add and remove without a script. */
export function ruleForm(visit: Visit, { action, rule, choices, isNew }: RuleForm): Html {
  const words = visit.say(ruleWords);
  const byTime = rule.trigger === 'time';
  return html`<form method="post" action="${action}" class="stack card rule">
    <button name="verb" value="save" hidden aria-hidden="true" tabindex="-1"></button>
    ${textField({ label: words.name, name: 'name', value: rule.name, hint: words.nameHint })}
    <div class="verbs">
      ${selectField({
        label: words.when,
        name: 'trigger',
        value: rule.trigger,
        options: [
          ['mail', words.triggers.mail],
          ['time', words.triggers.time],
        ],
      })}
      ${textField({ label: words.afterDays, name: 'afterDays', type: 'number', value: rule.afterDays })}
    </div>
    <fieldset class="stack">
      <legend>${words.if}</legend>
      ${
        rule.conditions.length > 1
          ? selectField({
              label: '',
              name: 'match',
              value: rule.match,
              options: [
                ['all', words.matches.all],
                ['any', words.matches.any],
              ],
            })
          : html`<input type="hidden" name="match" value="${rule.match}" />`
      }
      ${rule.conditions.map((each, index) => conditionRow(visit, each, index))}
      ${when(
        rule.conditions.length === 0,
        () => html`<p class="quiet">${byTime ? words.byTime : words.everyEmail}</p>`,
      )}
      ${adding(
        'addField',
        FIELDS.map((each) => [each, words.fields[each]] as const),
        { label: words.addCondition, verb: 'add-condition' },
      )}
    </fieldset>
    <fieldset class="stack">
      <legend>${words.actions}</legend>
      ${rule.actions.map((each, index) => actionRow(visit, each, { index, choices }))}
      ${adding('addType', addable(visit, choices), { label: words.addAction, verb: 'add-action' })}
    </fieldset>
    ${checkField({ label: words.stop, name: 'stop', checked: rule.stop })}
    ${checkField({ label: words.enabled, name: 'enabled', checked: rule.enabled })}
    <div class="verbs">
      <button name="verb" value="save" class="primary">${words.save}</button>
      <button name="verb" value="try">${words.tryIt}</button>
      ${when(!isNew, () => html`<button name="verb" value="remove" class="danger">${words.remove}</button>`)}
      <small class="quiet">${words.tryHint}</small>
    </div>
  </form>`;
}

// Each field by its own name, so that its row has the right control at once.
function addable(visit: Visit, { fields }: Choices): readonly (readonly [string, string])[] {
  const words = visit.say(ruleWords);
  const named = (type: (typeof TYPES)[number]): readonly (readonly [string, string])[] =>
    type === 'field'
      ? fields.map(({ key, name }) => [`field:${key}`, words.setField(name)] as const)
      : [[type, words.types[type]]];
  return TYPES.flatMap(named);
}

function adding(
  name: string,
  options: readonly (readonly [string, string])[],
  says: { readonly label: string; readonly verb: string },
): Html {
  return html`<div class="verbs">
    <select name="${name}" aria-label="${says.label}">
      ${options.map(([value, shown]) => html`<option value="${value}">${shown}</option>`)}
    </select>
    <button name="verb" value="${says.verb}">${says.label}</button>
  </div>`;
}

function conditionRow(visit: Visit, condition: Condition, index: number): Html {
  const words = visit.say(ruleWords);
  const at = `c${index}`;
  return html`<div class="rule-row">
    <input type="hidden" name="${at}" value="${condition.field}" />
    <div class="stack">
      ${conditionFields(visit, condition, `${at}.value`)}
      ${checkField({ label: words.not, name: `${at}.not`, checked: condition.not === true })}
    </div>
    <button
      name="verb"
      value="remove-${at}"
      aria-label="${words.removeCondition}"
      title="${words.removeCondition}"
    >
      ×
    </button>
  </div>`;
}

function conditionFields(visit: Visit, condition: Condition, name: string): Html {
  const words = visit.say(ruleWords);
  const label = words.fields[condition.field];
  const checks = <Value extends string>(
    all: readonly Value[],
    has: readonly string[],
    says: Record<Value, string>,
  ) =>
    html`<fieldset class="verbs">
      <legend>${label}</legend>
      ${all.map((value) => checkField({ label: says[value], name, value, checked: has.includes(value) }))}
    </fieldset>`;
  switch (condition.field) {
    case 'header':
      return html`${textField({ label: words.header, name: name.replace('.value', '.name'), value: condition.name, placeholder: 'X-Priority' })}
      ${areaField({ label: words.headerText, name, value: condition.value.join('\n'), rows: 1 })}`;
    case 'language':
      return checks(SPOKEN, condition.value, words.languages);
    case 'class':
      return checks(CLASSES, condition.value, words.classes);
    case 'attachment':
      return selectField({
        label,
        name,
        value: String(condition.value),
        options: [
          ['true', words.yesNo.true],
          ['false', words.yesNo.false],
        ],
      });
    case 'request':
      return selectField({
        label,
        name,
        value: condition.value,
        options: [
          ['new', words.places.new],
          ['joined', words.places.joined],
        ],
      });
    default:
      return areaField({ label, name, value: condition.value.join('\n'), rows: 1, hint: words.oneALine });
  }
}

function actionRow(
  visit: Visit,
  action: RuleAction,
  { index, choices }: { readonly index: number; readonly choices: Choices },
): Html {
  const words = visit.say(ruleWords);
  const at = `a${index}`;
  return html`<div class="rule-row">
    <input type="hidden" name="${at}" value="${action.type}" />
    <div class="stack">${actionField(visit, action, { name: `${at}.value`, choices })}</div>
    <button name="verb" value="remove-${at}" aria-label="${words.removeAction}" title="${words.removeAction}">
      ×
    </button>
  </div>`;
}

function actionField(
  visit: Visit,
  action: RuleAction,
  { name, choices }: { readonly name: string; readonly choices: Choices },
): Html {
  const words = visit.say(ruleWords);
  const hint = words.hints[action.type];
  const field = { label: words.types[action.type], name, ...(hint === undefined ? {} : { hint }) };
  switch (action.type) {
    case 'priority': {
      const { priority } = visit.say(terms);
      const options = PRIORITIES.map((each) => [each, priority[each]] as const);
      return selectField({ ...field, value: action.value, options });
    }
    case 'tags':
      return textField({ ...field, value: action.value.join(', ') });
    case 'category':
      return textField({ ...field, value: action.value });
    case 'field':
      return fieldRow(visit, action, { name, choices });
    case 'note':
      return areaField({ ...field, value: action.value, rows: 3 });
    case 'assign':
    case 'team':
    case 'answer':
      return selectField({ ...field, value: action.value, options: [['', '—'], ...choices[action.type]] });
    default:
      return html`<p>${field.label}<br /><small class="quiet">${hint}</small></p>`;
  }
}

function fieldRow(
  visit: Visit,
  { key, value }: RuleAction & { readonly type: 'field' },
  { name, choices }: { readonly name: string; readonly choices: Choices },
): Html {
  const words = visit.say(ruleWords);
  const field = choices.fields.find((each) => each.key === key);
  const marker = html`<input type="hidden" name="${name.replace('.value', '.key')}" value="${key}" />`;
  const label = words.setField(field?.name ?? words.goneField(key));
  const given = typeof value === 'object' ? value : [String(value)];
  const known = field === undefined ? [] : choicesOf(visit, field);
  if (field?.kind === 'several_of')
    return html`${marker}
      <fieldset class="verbs">
        <legend>${label}</legend>
        ${known.map(([each, said]) => checkField({ label: said, name, value: each, checked: given.includes(each) }))}
      </fieldset>`;
  const [shown = ''] = given;
  if (known.length > 0)
    return html`${marker}${selectField({ label, name, value: shown, options: [['', '—'], ...known] })}`;
  return html`${marker}${textField({ label, name, value: shown, type: field?.kind === 'date' ? 'date' : 'text' })}`;
}
