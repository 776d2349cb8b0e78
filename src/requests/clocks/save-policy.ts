import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { givenFields } from '../../platform/given-fields.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound } from '../../platform/problems.ts';
import type { Priority } from '../request.ts';
import { keepClocks, reachesTargets } from './clock-queries.ts';
import type { Policy, PolicyTimes } from './policy.ts';
import {
  deletePolicy,
  findPolicyRow,
  holdCalendar,
  holdMailbox,
  insertPolicy,
  lockPolicy,
  updatePolicy,
} from './policy-queries.ts';

export type NewPolicy = PolicyTimes & {
  readonly mailboxId: number;
  readonly priority: Priority;
  readonly idempotency?: Idempotency | null;
};

export type PolicyChanges = { readonly [Name in keyof PolicyTimes]?: PolicyTimes[Name] | undefined };

/** Promises times for a priority of a mailbox that has none; the clocks of its open requests begin now. */
export async function addPolicy(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: NewPolicy,
): Promise<Policy> {
  requirePermission(actor, 'policies.edit');
  const { mailboxId, priority } = input;
  return deps.db.begin(async (tx) => {
    const at = deps.clock.now();
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      if (!servesMailbox(actor, mailboxId) || !(await holdMailbox(tx, mailboxId)))
        throw invalidField('/mailboxId', 'is not a mailbox');
      await ensureCalendar(tx, input.calendarId);
      const madeId = await insertPolicy(tx, { ...input, at });
      await follow(tx, input, at);
      const told = { policyId: madeId, priority, ...timesOf(input) };
      await recordEvent(tx, { type: 'policy.added', actor, at, mailboxId, new: told });
      return madeId;
    });
    return present(await findPolicyRow(tx, actor, id), id);
  });
}

/** Changes what is promised; the clocks of open requests follow from this moment on, what they have counted stays. */
export async function editPolicy(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly policyId: number; readonly changes: PolicyChanges },
): Promise<Policy> {
  requirePermission(actor, 'policies.edit');
  const { policyId } = input;
  return deps.db.begin(async (tx) => {
    const before = present(await lockPolicy(tx, actor, policyId), policyId);
    const at = deps.clock.now();
    const after: Policy = { ...before, ...givenFields(input.changes), updatedAt: at };
    const told = changedFields(timesOf(before), timesOf(after));
    if (told === null) return before;
    await ensureCalendar(tx, after.calendarId);
    await updatePolicy(tx, after);
    await follow(tx, after, at);
    await recordEvent(tx, {
      type: 'policy.edited',
      actor,
      at,
      mailboxId: after.mailboxId,
      old: { policyId, priority: after.priority, ...told.old },
      new: { policyId, priority: after.priority, ...told.new },
    });
    return present(await findPolicyRow(tx, actor, policyId), policyId);
  });
}

/** Promises nothing any more for the priority: its clocks stand still. */
export async function removePolicy(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly policyId: number },
): Promise<void> {
  requirePermission(actor, 'policies.edit');
  await deps.db.begin(async (tx) => {
    const policy = present(await lockPolicy(tx, actor, input.policyId), input.policyId);
    const at = deps.clock.now();
    await deletePolicy(tx, policy.id);
    await keepClocks(tx, [policy], { at, halted: false });
    await recordEvent(tx, {
      type: 'policy.removed',
      actor,
      at,
      mailboxId: policy.mailboxId,
      old: { policyId: policy.id, priority: policy.priority, ...timesOf(policy) },
    });
  });
}

async function ensureCalendar(tx: Transaction, id: number | null): Promise<void> {
  if (id !== null && !(await holdCalendar(tx, id))) throw invalidField('/calendarId', 'is not a calendar');
}

async function follow(
  tx: Transaction,
  policy: PolicyTimes & { readonly mailboxId: number; readonly priority: Priority },
  at: Date,
): Promise<void> {
  if (policy.calendarId !== null && !(await reachesTargets(tx, policy.calendarId, at)))
    throw invalidField('/calendarId', 'is open for too few hours to keep such times');
  await keepClocks(tx, [policy], { at, halted: false });
}

function present(policy: Policy | null, id: number): Policy {
  if (policy === null) throw notFound('policy', id);
  return policy;
}

function timesOf(policy: PolicyTimes): PolicyTimes {
  const { firstAnswerMinutes, nextAnswerMinutes, resolutionMinutes, calendarId } = policy;
  return { firstAnswerMinutes, nextAnswerMinutes, resolutionMinutes, calendarId };
}
