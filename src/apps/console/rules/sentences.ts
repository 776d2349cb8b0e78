import type { Condition, RuleAction, RuleText } from '../../../intake/rules/rule.ts';
import { valueText } from '../fields/value-text.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import type { Choices } from './choices.ts';
import { ruleWords } from './words.ts';

/** What a rule says, as one would say it. */
export function ruleSentence(visit: Visit, rule: RuleText, choices: Choices): string {
  const words = visit.say(ruleWords);
  const { says } = words;
  const held = rule.conditions.map((each) => conditionSaid(visit, each));
  const begins =
    rule.trigger === 'time'
      ? says.afterDays(rule.afterDays ?? 0)
      : held.length === 0
        ? says.always
        : says.if(held.join(rule.match === 'all' ? words.and : words.or));
  const done = rule.actions.map((each) => actionSaid(visit, rule, each, choices));
  return `${begins}${says.ends(done.join(words.and))}${rule.stop ? says.stop : ''}`;
}

/** A condition in words. */
export function conditionSaid(visit: Visit, condition: Condition): string {
  const words = visit.say(ruleWords);
  const { says } = words;
  const not = condition.not === true;
  const quoted = (values: readonly string[]) => values.map(words.quoted).join(words.or);
  switch (condition.field) {
    case 'header':
      return says.header(condition.name, quoted(condition.value), not);
    case 'language':
      return says.language(condition.value.map((each) => words.languages[each]).join(words.or), not);
    case 'class':
      return says.class(
        condition.value.map((each) => (each === 'own' ? each : words.classes[each])).join(words.or),
        not,
      );
    case 'attachment':
      return says.attachment(condition.value !== not);
    case 'request':
      return says.request((condition.value === 'new') !== not);
    default:
      return says[condition.field](quoted(condition.value), not);
  }
}

function actionSaid(visit: Visit, rule: RuleText, action: RuleAction, choices: Choices): string {
  const words = visit.say(ruleWords);
  const { says } = words;
  const named = (some: Choices['assign'], id: number) =>
    some.find(([each]) => each === id)?.[1] ?? words.gone(id);
  switch (action.type) {
    case 'priority':
      return says.priority(visit.say(terms).priority[action.value]);
    case 'tags':
      return says.tags(action.value.map(words.quoted).join(', '));
    case 'category':
      return says.category(words.quoted(action.value));
    case 'field': {
      const field = choices.fields.find(({ key }) => key === action.key);
      if (field === undefined)
        return says.field(words.goneField(action.key), words.quoted(String(action.value)));
      return says.field(field.name, words.quoted(valueText(visit, field, action.value)));
    }
    case 'assign':
      return says.assign(named(choices.assign, action.value));
    case 'team':
      return says.team(named(choices.team, action.value));
    case 'answer':
      return says.answer(words.quoted(named(choices.answer, action.value)));
    case 'note':
      return says.note(words.quoted(action.value));
    case 'close':
      return rule.trigger === 'time' ? says.close : says.closeQuietly;
    default:
      return says[action.type];
  }
}
