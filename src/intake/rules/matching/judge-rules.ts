import type { MailClass } from '../../../mail/kind/kind.ts';
import type { Language } from '../../../mail/language.ts';
import { decodeHeaderText } from '../../../mail/mime/encoded-words.ts';
import { errorText } from '../../../platform/db/errors.ts';
import type { Header } from '../../../mail/parsed-mail.ts';
import { addressed, containing, folded, type Pattern, type Work, wording } from './patterns.ts';
import type { Condition, Failure, Place, DeskRule } from '../rule.ts';

/** What rules see of an email; what takes time to find out is a function. */
export type MailFacts = {
  /** The person it is from, and its From. */
  readonly senders: readonly string[];
  /** To and Cc. */
  readonly recipients: readonly string[];
  readonly subject: string;
  /** Its own words, without what it quotes. */
  readonly text: string;
  readonly headers: () => readonly Header[];
  readonly language: () => Language | null;
  readonly hasAttachment: boolean;
  readonly class: MailClass;
};

/** Which condition held, and by which of its alternatives. */
export type Reason = { readonly condition: number; readonly value: string };

/** As much of a rule as is tried. */
type Tried = Pick<DeskRule, 'id' | 'name' | 'match' | 'conditions'>;

/** A rule with its patterns made ready. */
export type ReadyRule<Rule extends Tried = DeskRule> = {
  readonly rule: Rule;
  readonly tests: readonly Test[];
};

/** Why a rule hits an email that opens or joins a request; null: it does not. */
export type RuleVerdict<Rule extends Tried = DeskRule> = { readonly rule: Rule } & Readonly<
  Record<Place, readonly Reason[] | null>
>;

type Test = (mail: Searched, place: Place, work: Work) => Reason['value'] | null;

/** Facts as they are searched, each made ready once for all rules. */
type Searched = MailFacts & { readonly foldedSubject: string; readonly foldedText: () => string };

/** How much of a text is searched. */
const MAX_TEXT = 50_000;

/** What a program wrote: rules look at it only where they ask for its class. */
const AUTOMATIC: readonly MailClass[] = ['auto_reply', 'bounce', 'receipt'];

/** Makes a rule ready to be tried on any number of messages. */
export function readyRule<Rule extends Tried>(rule: Rule): ReadyRule<Rule> {
  return { rule, tests: rule.conditions.map((condition) => testOf(condition)) };
}

/** Tries rules on an email, each by itself; one that cannot be tried is named in `failed` and hits nothing. */
export function judgeRules<Rule extends Tried>(
  rules: readonly ReadyRule<Rule>[],
  facts: MailFacts,
): { readonly judged: readonly RuleVerdict<Rule>[]; readonly failed: readonly Failure[] } {
  const mail = searched(facts);
  const judged: RuleVerdict<Rule>[] = [];
  const failed: Failure[] = [];
  for (const ready of rules) {
    const { rule } = ready;
    try {
      const work = { done: 0 };
      const opening = reasonsOf(ready, mail, 'new', work);
      const asksPlace = rule.conditions.some(({ field }) => field === 'request');
      const joining = asksPlace ? reasonsOf(ready, mail, 'joined', work) : opening;
      judged.push({ rule, new: opening, joined: joining });
    } catch (error) {
      failed.push({ ruleId: rule.id, name: rule.name, error: errorText(error) });
    }
  }
  return { judged, failed };
}

function searched(facts: MailFacts): Searched {
  let text: string | null = null;
  let language: Language | null | undefined;
  return {
    ...facts,
    language: () => (language === undefined ? (language = facts.language()) : language),
    foldedSubject: folded(facts.subject),
    foldedText: () => (text ??= folded(`${facts.subject}\n${facts.text.slice(0, MAX_TEXT)}`)),
  };
}

function reasonsOf(
  { rule, tests }: ReadyRule<Tried>,
  mail: Searched,
  place: Place,
  work: Work,
): readonly Reason[] | null {
  if (AUTOMATIC.includes(mail.class) && !rule.conditions.some(({ field }) => field === 'class')) return null;
  const reasons: Reason[] = [];
  for (const [condition, test] of tests.entries()) {
    const value = test(mail, place, work);
    if (value !== null) reasons.push({ condition, value });
    if (value !== null && rule.match === 'any') return reasons;
    if (value === null && rule.match === 'all') return null;
  }
  return rule.match === 'all' || tests.length === 0 ? reasons : null;
}

function testOf(condition: Condition): Test {
  const found = findingOf(condition);
  if (condition.not !== true) return found;
  const named = Array.isArray(condition.value) ? condition.value.join(', ') : String(condition.value);
  return (mail, place, work) => (found(mail, place, work) === null ? named : null);
}

function findingOf(condition: Condition): Test {
  switch (condition.field) {
    case 'sender':
      return anyOf(condition.value, addressed, ({ senders }) => senders);
    case 'recipient':
      return anyOf(condition.value, addressed, ({ recipients }) => recipients);
    case 'subject':
      return anyOf(condition.value, containing, ({ foldedSubject }) => [foldedSubject]);
    case 'words':
      return anyOf(condition.value, wording, ({ foldedText }) => [foldedText()]);
    case 'header':
      return inHeader(condition.name.toLowerCase(), condition.value);
    case 'language':
      return (mail) => oneOf(condition.value, mail.language() ?? 'other');
    case 'class':
      return (mail) => oneOf(condition.value, mail.class);
    case 'attachment':
      return ({ hasAttachment }) => (hasAttachment === condition.value ? String(condition.value) : null);
    case 'request':
      return (_, place) => (place === condition.value ? place : null);
  }
}

function anyOf(
  values: readonly string[],
  patternOf: (value: string) => Pattern,
  textsOf: (mail: Searched) => readonly string[],
): Test {
  const patterns = values.map((value) => ({ value, holds: patternOf(value) }));
  return (mail, _, work) => {
    const texts = textsOf(mail);
    return patterns.find(({ holds }) => texts.some((text) => holds(text, work)))?.value ?? null;
  };
}

/** Without a value it is enough that there is such a header. */
function inHeader(name: string, values: readonly string[]): Test {
  const textsOf = (mail: MailFacts): string[] =>
    mail
      .headers()
      .filter((header) => header.name === name)
      .map(({ value }) => folded(decodeHeaderText(value).slice(0, MAX_TEXT)));
  if (values.length > 0) return anyOf(values, containing, textsOf);
  return (mail) => (mail.headers().some((header) => header.name === name) ? name : null);
}

function oneOf<Value extends string>(values: readonly Value[], value: Value): Value | null {
  return values.includes(value) ? value : null;
}
