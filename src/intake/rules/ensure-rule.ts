import { domainToASCII } from 'node:url';
import { addressOrDomain } from '../../mail/headers/recipient-address.ts';
import { cleanLine } from '../../mail/text.ts';
import { servesMailbox } from '../../people/access/permissions.ts';
import { holdTeam } from '../../people/teams/hold-team.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { invalidField } from '../../platform/problems.ts';
import { answerFault } from '../../requests/canned-replies/fill-for-rule.ts';
import { checkGiven } from '../../requests/fields/change-values.ts';
import { findStandingAssignee } from '../../requests/life/assigning.ts';
import { cleanTags } from '../../requests/request/edit-request.ts';
import type { RuleAction, Condition, RuleText } from './rule.ts';

/** A rule as it is stored; refused, with the name of the field, where it could not do what it says. */
export async function ensureRule(tx: Transaction, rule: RuleText, mailboxId: number): Promise<RuleText> {
  const byTime = rule.trigger === 'time';
  if (byTime && rule.afterDays === null) throw invalidField('/afterDays', 'is needed for a rule by time');
  if (!byTime && rule.afterDays !== null) throw invalidField('/afterDays', 'is for rules by time');
  if (byTime && rule.conditions.length > 0) throw invalidField('/conditions', 'are for rules for email');
  if (byTime && rule.stop) throw invalidField('/stop', 'is for rules for email');
  const conditions = rule.conditions.map((each, index) => cleanCondition(each, `/conditions/${index}`));
  const actions: RuleAction[] = [];
  for (const [index, action] of rule.actions.entries()) {
    const pointer = `/actions/${index}`;
    if (actions.some((each) => isSame(each, action)))
      throw invalidField(action.type === 'field' ? `${pointer}/key` : `${pointer}/type`, 'is there already');
    if (action.type === 'tell' && !byTime) throw invalidField(`${pointer}/type`, 'is for rules by time');
    actions.push(await ensureAction(tx, action, { under: pointer, mailboxId }));
  }
  return { ...rule, name: filled('/name', rule.name), conditions, actions };
}

/** What a condition says whatever the email is about; the rules that are tried on messages are stored so. */
export function cleanCondition(condition: Condition, pointer: string): Condition {
  const clean = (each: (pointer: string, text: string) => string, values: readonly string[]): string[] =>
    values.map((value, at) => each(`${pointer}/value/${at}`, value));
  switch (condition.field) {
    case 'sender':
    case 'recipient':
      return { ...condition, value: clean(address, condition.value) };
    case 'subject':
    case 'words':
      return { ...condition, value: clean(words, condition.value) };
    case 'header':
      return {
        ...condition,
        name: condition.name.toLowerCase(),
        value: clean(words, condition.value),
      };
    default:
      return condition;
  }
}

async function ensureAction(
  tx: Transaction,
  action: RuleAction,
  { under, mailboxId }: { readonly under: string; readonly mailboxId: number },
): Promise<RuleAction> {
  const pointer = `${under}/value`;
  switch (action.type) {
    case 'tags':
      return { ...action, value: cleanTags(action.value, pointer) };
    case 'category':
      return { ...action, value: filled(pointer, action.value) };
    case 'field': {
      const checked = await checkGiven(tx, mailboxId, action);
      if (checked === null) throw invalidField(`${under}/key`, 'is not a field of the mailbox or the desk');
      if ('fault' in checked) throw invalidField(pointer, checked.fault);
      if (checked.value === null) throw invalidField(pointer, 'must not be empty');
      return { ...action, value: checked.value };
    }
    case 'assign':
      if ((await findStandingAssignee(tx, { assigneeId: action.value, mailboxId })) === null)
        throw invalidField(pointer, 'is not an active operator who serves the mailbox');
      return action;
    case 'team': {
      const team = await holdTeam(tx, action.value);
      if (team === null || !servesMailbox(team, mailboxId))
        throw invalidField(pointer, 'is not a team that serves the mailbox');
      return action;
    }
    case 'answer': {
      const fault = await answerFault(tx, { cannedReplyId: action.value, mailboxId });
      if (fault !== null) throw invalidField(pointer, fault);
      return action;
    }
    default:
      return action;
  }
}

function isSame(one: RuleAction, other: RuleAction): boolean {
  if (one.type === 'field' && other.type === 'field') return one.key === other.key;
  return one.type === other.type;
}

function address(pointer: string, text: string): string {
  if (text.includes('*')) return words(pointer, asciiDomain(text.trim().toLowerCase()));
  const clean = addressOrDomain(text);
  if (clean === null) throw invalidField(pointer, 'must be an email address or a domain');
  return clean;
}

/** A pattern whose domain is in the form of stored addresses, each part of it that has no `*`. */
function asciiDomain(pattern: string): string {
  const at = pattern.lastIndexOf('@') + 1;
  const parts = pattern.slice(at).split('.');
  const ascii = parts.map((part) => (part.includes('*') ? part : domainToASCII(part) || part));
  return pattern.slice(0, at) + ascii.join('.');
}

function words(pointer: string, text: string): string {
  const line = filled(pointer, text);
  if (line.replaceAll('*', '').trim() === '') throw invalidField(pointer, 'must say more than *');
  return line;
}

function filled(pointer: string, text: string): string {
  const line = cleanLine(text);
  if (line === '') throw invalidField(pointer, 'must not be blank');
  return line;
}
