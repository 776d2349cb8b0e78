import { recordEvents } from '../../../people/history/record-event.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import { actOn } from './act-on-request.ts';
import type { RuleAction, DeskRule } from '../rule.ts';
import { countFailures } from '../rule-queries.ts';
import { needsActing, type Ruled, type RuledBy } from './ruled.ts';

const SYSTEM = { kind: 'system' } as const;

/**
 * Does what rules say with a request, in the transaction that they belong to, and records each rule that did, and each that
 * failed, as an event. Returns whether a message was queued. Without rules it asks the database nothing.
 */
export async function applyRules(tx: Transaction, { rules, failed }: RuledBy, on: Ruled): Promise<boolean> {
  const { mailboxId, requestId, intakeId, at } = on;
  const about = { actor: SYSTEM, at, mailboxId, requestId, intakeId };
  const acted = needsActing(rules, on.opened) ? await actOn(tx, rules, on) : null;
  if (rules.length > 0) {
    const did = rules.map((rule) => ({
      ruleId: rule.id,
      rule: rule.name,
      ...whatItDid(rule, acted?.skipped),
    }));
    await recordEvents(tx, { type: 'rule.applied', ...about }, did);
  }
  if (failed.length > 0) {
    const told = failed.map(({ ruleId, name, error }) => ({ ruleId, rule: name, error }));
    await recordEvents(tx, { type: 'rule.failed', ...about }, told);
    await countFailures(tx, failed, at);
  }
  return acted?.queued ?? false;
}

function whatItDid(
  rule: DeskRule,
  skipped: ReadonlySet<RuleAction> | undefined,
): Readonly<Record<string, unknown>> {
  const left = rule.actions.filter((action) => skipped?.has(action) === true);
  const done = rule.actions.filter((action) => !left.includes(action));
  return {
    ...Object.fromEntries(done.map((action) => [action.type, toldOf(action, done)])),
    ...(left.length === 0 ? {} : { skipped: left.map(({ type }) => type) }),
  };
}

/** A note's text stands in the note alone: an event with it would be as long as the note, for everybody who listens. */
function toldOf(action: RuleAction, all: readonly RuleAction[]): unknown {
  if (action.type === 'field') {
    const set = all.flatMap((each) => (each.type === 'field' ? [[each.key, each.value] as const] : []));
    return Object.fromEntries(set);
  }
  return 'value' in action && action.type !== 'note' ? action.value : true;
}
