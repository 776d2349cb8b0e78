import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { lockContactsOf, lockRequests } from '../locks.ts';
import { eraseRequests } from '../privacy/erase-request.ts';
import { deleteAttachments, eraseIntake } from '../privacy/queries.ts';
import {
  blankBodies,
  countDue,
  type DueRequest,
  keepCounted,
  listDue,
  listDueOf,
  listOriginals,
  listRetentions,
  listWithMerged,
  markSteps,
  type RetentionPlace,
} from './queries.ts';
import { cutoffsAt, type Going, type RetentionStep, STEPS } from './retention.ts';

const AT_ONCE = 50;
const SYSTEM = { kind: 'system' } as const;

export type RetentionRun = {
  readonly mailboxId: number;
  readonly gone: Going;
  /** Closed requests that could not be let go of; the log says why, and the next run tries again. */
  readonly failed: number;
};

/** What the next run would let go of, by mailbox. */
export async function planRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  { mailboxId }: { readonly mailboxId: number | null },
): Promise<readonly RetentionRun[]> {
  const now = deps.clock.now();
  const plans: RetentionRun[] = [];
  for (const { mailboxId: id, ...days } of await listRetentions(deps.db, mailboxId)) {
    const gone = await countDue(deps.db, { mailboxId: id, cutoffs: cutoffsAt(days, now) });
    plans.push({ mailboxId: id, gone, failed: 0 });
  }
  return plans;
}

/**
 * Lets go of what mailboxes no longer keep, some requests at a time, each time committed with its event: stopped or killed at
 * any point it goes on where it was. Nothing of an open request is touched. Any number of processes may run it at once.
 */
export async function applyRetention(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  { mailboxId = null, signal }: { readonly mailboxId?: number | null; readonly signal?: AbortSignal } = {},
): Promise<readonly RetentionRun[]> {
  const now = deps.clock.now();
  const runs: RetentionRun[] = [];
  for (const { mailboxId: id, ...days } of await listRetentions(deps.db, mailboxId)) {
    if (signal?.aborted === true) break;
    runs.push(await applyTo(deps, { mailboxId: id, cutoffs: cutoffsAt(days, now) }, { now, signal }));
  }
  return runs;
}

async function applyTo(
  deps: Pick<Deps, 'db' | 'log'>,
  place: RetentionPlace,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal | undefined },
): Promise<RetentionRun> {
  let gone = NOTHING;
  let failed = 0;
  let after: DueRequest | null = null;
  for (;;) {
    if (signal?.aborted === true) break;
    const due: readonly DueRequest[] = await listDue(deps.db, place, { after, limit: AT_ONCE });
    const ids = due.map(({ id }) => id);
    try {
      if (ids.length > 0) gone = sum(gone, await deps.db.begin((tx) => letGo(tx, place, ids, now)));
    } catch (error) {
      failed += ids.length;
      deps.log.error({ error, requestIds: ids }, 'requests could not be let go of');
    }
    after = due.at(-1) ?? null;
    if (due.length < AT_ONCE) break;
  }
  return { mailboxId: place.mailboxId, gone, failed };
}

async function letGo(
  tx: Transaction,
  place: RetentionPlace,
  ids: readonly number[],
  at: Date,
): Promise<Going> {
  await lockContactsOf(tx, ids);
  await lockRequests(tx, ids);
  // Somebody may have reopened one, or written, since they were listed.
  const due = await listDueOf(tx, place, ids);
  const idsOf = (step: RetentionStep) =>
    due.filter(({ due: steps }) => steps.includes(step) && !steps.includes('requests')).map(({ id }) => id);
  const whole = due.filter(({ due: steps }) => steps.includes('requests')).map(({ id }) => id);
  const originals = await listOriginals(tx, idsOf('originals'));
  await eraseIntake(tx, { originalsOf: originals }, at);
  const gone: Going = {
    originals: originals.length,
    attachments: await deleteAttachments(tx, { requestIds: idsOf('attachments') }),
    bodies: await blankBodies(tx, idsOf('bodies')),
    requests: await eraseWhole(tx, place, whole, at),
  };
  await markSteps(
    tx,
    due.filter(({ id }) => !whole.includes(id)),
    at,
  );
  if (STEPS.some((step) => gone[step] > 0))
    await recordEvent(tx, {
      type: 'mailbox.retention_applied',
      actor: SYSTEM,
      at,
      mailboxId: place.mailboxId,
      new: gone,
    });
  return gone;
}

// What was merged into a request is closed for good, and holds no messages: it goes with that one.
async function eraseWhole(
  tx: Transaction,
  place: RetentionPlace,
  ids: readonly number[],
  at: Date,
): Promise<number> {
  if (ids.length === 0) return 0;
  const all = await listWithMerged(tx, ids);
  await keepCounted(tx);
  await eraseRequests(tx, all, at);
  for (const requestId of all)
    await recordEvent(tx, {
      type: 'request.erased',
      actor: SYSTEM,
      at,
      mailboxId: place.mailboxId,
      new: { erasedRequestId: requestId },
    });
  return all.length;
}

const NOTHING: Going = { originals: 0, attachments: 0, bodies: 0, requests: 0 };

function sum(a: Going, b: Going): Going {
  return {
    originals: a.originals + b.originals,
    attachments: a.attachments + b.attachments,
    bodies: a.bodies + b.bodies,
    requests: a.requests + b.requests,
  };
}
