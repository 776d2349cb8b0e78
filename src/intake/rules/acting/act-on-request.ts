import type { Transaction } from '../../../platform/db/connect.ts';
import { KeptChanging } from '../../../platform/db/errors.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { giveLocked } from '../../../requests/life/assigning.ts';
import { closeLocked } from '../../../requests/life/closing.ts';
import { lockFreeContact, lockRequest } from '../../../requests/locks.ts';
import { writeNote } from '../../../requests/messages/write-note.ts';
import { editLocked } from '../../../requests/request/edit-request.ts';
import { isOpen, type RequestRow } from '../../../requests/request.ts';
import { answerByRule } from './answer-by-rule.ts';
import { type RuleAction, blame, type DeskRule } from '../rule.ts';
import { fieldsOf, type Ruled } from './ruled.ts';

const SYSTEM = { kind: 'system' } as const;

type Acting = { readonly tx: Transaction; readonly on: Ruled; readonly skipped: Set<RuleAction> };

export type Acted = {
  /** What was left undone and needed no doing. */
  readonly skipped: ReadonlySet<RuleAction>;
  /** A message was queued. */
  readonly queued: boolean;
};

/**
 * Does what rules say with a request that the transaction has written already: fields first, then what they add, and the
 * closing last. What cannot be done is thrown with the names of the rules that said it.
 */
export async function actOn(tx: Transaction, rules: readonly DeskRule[], on: Ruled): Promise<Acted> {
  const acting: Acting = { tx, on, skipped: new Set() };
  const locked = async (): Promise<RequestRow> => {
    const request = await lockRequest(tx, on.requestId);
    if (request === null) throw new Error(`request ${on.requestId} is gone`);
    return request;
  };
  if (!on.opened) await blaming(rules, () => setFields(acting, rules, locked));
  let queued = false;
  for (const [rule, action] of inOrder(rules)) {
    await blaming([rule], async () => {
      if (await act(acting, rule, action, await locked())) queued = true;
    });
  }
  return { skipped: acting.skipped, queued };
}

/** Everything but what an edit sets for all rules at once, by the rules' order, and of closings the first, at the end. */
function inOrder(rules: readonly DeskRule[]): (readonly [DeskRule, RuleAction])[] {
  const all = rules.flatMap((rule) => rule.actions.map((action) => [rule, action] as const));
  const [closing] = all.filter(([, { type }]) => type === 'close');
  const giving = (to: string) => all.findLast(([, { type }]) => type === to);
  const of = (...types: RuleAction['type'][]) => all.filter(([, { type }]) => types.includes(type));
  return [giving('team'), giving('assign'), ...of('field'), ...of('note', 'answer', 'tell'), closing].filter(
    (each) => each !== undefined,
  );
}

async function setFields(
  { tx, on }: Acting,
  rules: readonly DeskRule[],
  locked: () => Promise<RequestRow>,
): Promise<void> {
  const changes = fieldsOf(rules);
  if (changes.priority === undefined && changes.category === undefined && changes.addTags.length === 0)
    return;
  const request = await locked();
  // An automatic reply may be recorded on a request that is closed, whose fields stay.
  if (isOpen(request.status)) await editLocked(tx, SYSTEM, request, { changes, at: on.at });
}

/** True when a message was queued. */
async function act(
  acting: Acting,
  rule: DeskRule,
  action: RuleAction,
  request: RequestRow,
): Promise<boolean> {
  const { tx, on, skipped } = acting;
  switch (action.type) {
    case 'assign':
    case 'team':
      await give(acting, action, request);
      return false;
    case 'field':
      await setValue(acting, action, request);
      return false;
    case 'note':
      await writeNote(tx, SYSTEM, request, { text: action.value, at: on.at });
      return false;
    case 'answer': {
      const answered = on.mayAnswer && (await answerByRule(tx, rule, action.value, on));
      if (!answered) skipped.add(action);
      return answered;
    }
    case 'tell':
      await tell(acting, { rule, action }, request);
      return false;
    case 'close':
      return isOpen(request.status) && close(acting, request);
    default:
      return false;
  }
}

/** What somebody has stays theirs, and a team's its own. */
async function give(
  { tx, on, skipped }: Acting,
  action: RuleAction & { readonly type: 'assign' | 'team' },
  request: RequestRow,
): Promise<void> {
  const has = action.type === 'assign' ? request.assigneeId : request.teamId;
  if (has !== null || !isOpen(request.status)) {
    skipped.add(action);
    return;
  }
  const to = action.type === 'assign' ? { operatorId: action.value } : { teamId: action.value };
  await giveLocked(tx, SYSTEM, request, { ...to, at: on.at });
}

// Each by itself: a value that its field takes no more is the fault of one rule.
async function setValue(
  { tx, on, skipped }: Acting,
  action: RuleAction & { readonly type: 'field' },
  request: RequestRow,
): Promise<void> {
  if (!isOpen(request.status)) {
    skipped.add(action);
    return;
  }
  const changes = { fields: { [action.key]: action.value } };
  await editLocked(tx, SYSTEM, request, { changes, at: on.at });
}

async function tell(
  { tx, on, skipped }: Acting,
  { rule, action }: { readonly rule: DeskRule; readonly action: RuleAction },
  request: RequestRow,
): Promise<void> {
  const { assigneeId, mailboxId } = request;
  if (assigneeId === null) {
    skipped.add(action);
    return;
  }
  await recordEvent(tx, {
    type: 'operator.told',
    actor: SYSTEM,
    at: on.at,
    mailboxId,
    requestId: request.id,
    new: { operatorId: assigneeId, ruleId: rule.id, rule: rule.name },
  });
}

/**
 * Whoever closes holds the contact. Filing holds the sender, who may be another: their contact is locked only if nobody
 * else has it, because waiting for it now would be against the order of locks.
 */
async function close({ tx, on }: Acting, request: RequestRow): Promise<boolean> {
  if (!(await lockFreeContact(tx, request.contactId)))
    throw new KeptChanging('the contact of a request that a rule closes is being worked on');
  return closeLocked(tx, SYSTEM, request, { notify: on.byTime, reason: 'rule', at: on.at });
}

async function blaming(rules: readonly DeskRule[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw blame(rules, error);
  }
}
