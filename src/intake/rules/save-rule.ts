import { lockVisibleMailbox } from '../../mailboxes/settings/lock-visible-mailbox.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { givenFields } from '../../platform/given-fields.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import { ensureRule } from './ensure-rule.ts';
import { type DeskRule, MAX_RULES, type RuleText } from './rule.ts';
import { deleteRule, findRuleRow, insertRule, listRuleRows, orderRules, updateRule } from './rule-queries.ts';

type OnRule = { readonly mailboxId: number; readonly ruleId: number };

export type NewRule = RuleText & {
  readonly mailboxId: number;
  /** From 1 on. Defaults to the end. */
  readonly position?: number | undefined;
  readonly idempotency?: Idempotency | null;
};

export type RuleChanges = { readonly [Name in keyof RuleText]?: RuleText[Name] | undefined } & {
  readonly position?: number | undefined;
};

/** Adds a rule to a mailbox; those at its position and behind move down. */
export async function addRule(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: NewRule,
): Promise<DeskRule> {
  requirePermission(actor, 'rules.edit');
  const { mailboxId, position, idempotency, ...given } = input;
  return deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    const at = deps.clock.now();
    const id = await once(tx, { call: idempotency, now: at }, async () => {
      const text = await ensureRule(tx, given, mailboxId);
      const others = (await listRuleRows(tx, mailboxId)).map((rule) => rule.id);
      if (others.length >= MAX_RULES)
        throw invalidField('/position', `is past ${MAX_RULES}: a mailbox has no more rules`);
      const madeId = await insertRule(tx, { ...text, mailboxId, position: others.length + 1, at });
      await place(tx, others, madeId, position);
      await recordEvent(tx, { type: 'rule.added', actor, at, mailboxId, new: { ruleId: madeId, ...text } });
      return madeId;
    });
    return present(await findRuleRow(tx, mailboxId, id), id);
  });
}

/** Changes a rule, moves it, or switches it on or off; what it has failed at before is forgotten. */
export async function editRule(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  { mailboxId, ruleId, changes }: OnRule & { readonly changes: RuleChanges },
): Promise<DeskRule> {
  requirePermission(actor, 'rules.edit');
  return deps.db.begin(async (tx) => {
    const { before, others } = await lockRule(tx, actor, { mailboxId, ruleId });
    const at = deps.clock.now();
    const { position, ...words } = changes;
    const text = await ensureRule(tx, { ...textOf(before), ...givenFields(words) }, mailboxId);
    const stays = position === undefined || placeOf(others, position) === before.position;
    const told = changedFields<RuleText & { position?: number }>(
      { ...textOf(before), position: before.position },
      { ...text, ...(stays ? {} : { position: placeOf(others, position) }) },
    );
    if (told === null) return before;
    await updateRule(tx, { ...text, id: ruleId }, at);
    if (!stays) await place(tx, others, ruleId, position);
    const about = { ruleId, name: text.name };
    await recordEvent(tx, {
      type: 'rule.edited',
      actor,
      at,
      mailboxId,
      old: { ...about, ...told.old },
      new: { ...about, ...told.new },
    });
    return present(await findRuleRow(tx, mailboxId, ruleId), ruleId);
  });
}

/** Removes a rule; those behind it move up. */
export async function removeRule(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  on: OnRule,
): Promise<void> {
  requirePermission(actor, 'rules.edit');
  await deps.db.begin(async (tx) => {
    const { before, others } = await lockRule(tx, actor, on);
    await deleteRule(tx, on.ruleId);
    await orderRules(tx, others);
    await recordEvent(tx, {
      type: 'rule.removed',
      actor,
      at: deps.clock.now(),
      mailboxId: on.mailboxId,
      old: { ruleId: on.ruleId, ...textOf(before) },
    });
  });
}

/** The rule, with the ids of the mailbox's others in their order: whoever changes one holds the mailbox. */
async function lockRule(tx: Transaction, actor: OperatorActor, { mailboxId, ruleId }: OnRule) {
  await lockVisibleMailbox(tx, actor, mailboxId);
  const rules = await listRuleRows(tx, mailboxId);
  const before = present(rules.find((rule) => rule.id === ruleId) ?? null, ruleId);
  return { before, others: rules.map((rule) => rule.id).filter((id) => id !== ruleId) };
}

async function place(
  tx: Transaction,
  others: readonly number[],
  ruleId: number,
  position: number | undefined,
): Promise<void> {
  if (position !== undefined)
    await orderRules(tx, others.toSpliced(placeOf(others, position) - 1, 0, ruleId));
}

function placeOf(others: readonly number[], position: number): number {
  if (position > others.length + 1) throw invalidField('/position', `must be from 1 to ${others.length + 1}`);
  return position;
}

function present(rule: DeskRule | null, id: number): DeskRule {
  if (rule === null) throw notFound('rule', id);
  return rule;
}

function textOf({ name, enabled, trigger, afterDays, match, conditions, actions, stop }: DeskRule): RuleText {
  return { name, enabled, trigger, afterDays, match, conditions, actions, stop };
}
