import { isTransient } from '../../../platform/db/errors.ts';
import type { Deps } from '../../../platform/deps.ts';
import { lockContactsOf, lockRequest } from '../../../requests/locks.ts';
import { applyRules } from './apply-rules.ts';
import { type Failure, RuleFailed } from '../rule.ts';
import { listDue, takeWait } from './time-queries.ts';

const AT_ONCE = 100;

type TimeDeps = Pick<Deps, 'db' | 'clock' | 'log'> & { readonly wakeDeliveries: () => void };

type Due = { readonly ruleId: number; readonly requestId: number; readonly at: Date };

/**
 * Lets the rules by time act on each request whose contact has not answered for their days, each once in a wait, however many
 * processes run this and whenever one is killed. A rule that fails on a request is recorded there, and is not tried again in
 * that wait. Returns how often one acted.
 */
export async function applyTimeRules(deps: TimeDeps): Promise<number> {
  const at = deps.clock.now();
  let acted = 0;
  let after: readonly [number, number] = [0, 0];
  for (;;) {
    const due = await listDue(deps.db, at, { after, limit: AT_ONCE });
    for (const { ruleId, requestId } of due) {
      if (await actOnce(deps, { ruleId, requestId, at })) acted += 1;
      after = [ruleId, requestId];
    }
    if (due.length < AT_ONCE) return acted;
  }
}

async function actOnce(deps: TimeDeps, due: Due): Promise<boolean> {
  try {
    return await act(deps, due, []);
  } catch (error) {
    if (error instanceof RuleFailed) return act(deps, due, error.failures);
    if (!isTransient(error)) throw error;
    deps.log.error({ error, ...due }, 'a rule by time could not act; it is tried again');
    return false;
  }
}

/** Acts in one transaction, or records there why the rule cannot. */
async function act(deps: TimeDeps, due: Due, failed: readonly Failure[]): Promise<boolean> {
  const { requestId, at } = due;
  const done = await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [requestId]);
    const request = await lockRequest(tx, requestId);
    const rule = request === null ? null : await takeWait(tx, due);
    if (request === null || rule === null) return null;
    const ruled = failed.length > 0 ? { rules: [], failed } : { rules: [rule], failed };
    const { mailboxId } = request;
    const on = { requestId, mailboxId, opened: false, mayAnswer: true, counts: null, byTime: true, at };
    return { queued: await applyRules(tx, ruled, on) };
  });
  if (done?.queued === true) deps.wakeDeliveries();
  return done !== null && failed.length === 0;
}
