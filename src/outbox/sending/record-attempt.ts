import type { Db, Transaction } from '../../platform/db/connect.ts';
import { isTransient } from '../../platform/db/errors.ts';
import type { Deps } from '../../platform/deps.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { clearPause, markPaused } from '../accounts/account-queries.ts';
import type { RecipientVerdict, Verdict } from './judge-result.ts';
import { lockRequestOf } from '../locks.ts';
import { type AttemptRecord, markAttempt, markAttempts } from './attempt-queries.ts';
import { markAnswered, returnRequest } from '../request-row.ts';
import type { ClaimedDelivery } from './claim-queries.ts';
import { suppressAddresses } from '../../people/suppressions/suppress-addresses.ts';

export type AttemptWriter = {
  /** Writes how an attempt ended; false when another process has taken the delivery over. */
  readonly write: (record: AttemptRecord) => Promise<boolean>;
  /** Resolves when no result waits to be written, whatever became of them. */
  readonly idle: () => Promise<void>;
};

/**
 * Writes the result of an attempt, under the run's own lease only (false if it was lost). A failed reply brings its
 * request back to its operator in the same transaction; a failed notice marks nothing but itself.
 */
export async function recordAttempt(
  deps: Pick<Deps, 'db' | 'clock' | 'log'> & {
    readonly transport: { readonly account: string };
    readonly results: AttemptWriter;
  },
  owner: string,
  delivery: ClaimedDelivery,
  verdict: Verdict,
): Promise<boolean> {
  const { db } = deps;
  const now = deps.clock.now();
  const record: AttemptRecord = {
    deliveryId: delivery.id,
    attemptId: delivery.attemptId,
    owner,
    now,
    state: verdict.state,
    nextAttemptAt: verdict.nextAttemptAt,
    attemptCount: verdict.attemptCount,
    outcome: verdict.outcome,
    code: verdict.reply.code,
    enhancedCode: verdict.reply.enhancedCode,
    reply: verdict.reply.text,
    recipients: verdict.recipients.map(({ position, state, reply }) => ({
      position,
      state,
      code: reply.code,
      enhancedCode: reply.enhancedCode,
      reply: reply.text,
    })),
  };
  if (verdict.pause !== null) {
    const { account } = deps.transport;
    await markPaused(db, { account, reply: verdict.reply.text, now, ...verdict.pause });
  }
  const { requestId, messageId } = delivery;
  if (requestId === null || messageId === null) return await recordDeskMail(deps, record);
  const returns = delivery.kind === 'reply' && verdict.refused.length > 0;
  const dead = verdict.recipients.filter((each) => each.dead);
  if (!returns && dead.length === 0 && !(delivery.answers && verdict.contactAccepted))
    return await deps.results.write(record);

  return await db.begin(async (tx) => {
    // The request is locked before its delivery, in the order of requests/locks.ts.
    await lockRequestOf(tx, requestId);
    if (!(await markAttempt(tx, record))) return false;
    if (delivery.answers && verdict.contactAccepted)
      await markAnswered(tx, requestId, { writtenAt: delivery.createdAt, now });
    if (returns) await bringBack(tx, { ...delivery, requestId, messageId }, verdict, now);
    await suppressAddresses(tx, dead.map(suppressed(delivery.id)), 'refusal', now);
    return true;
  });
}

// A failed message of the desk's own brings nothing back and suppresses nobody: only the log says so.
async function recordDeskMail(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  record: AttemptRecord,
): Promise<boolean> {
  const { deliveryId, outcome, reply } = record;
  if (outcome !== 'sent')
    log.error({ deliveryId, outcome, reply }, 'an email from the desk itself was not sent');
  return await markAttempt(db, record);
}

function suppressed(deliveryId: number) {
  return ({ address, reply }: RecipientVerdict) => ({
    address: address.toLowerCase(),
    reason: reply.text,
    enhancedCode: reply.enhancedCode,
    deliveryId,
  });
}

/** The account got through again: what waits may leave at full speed. */
export async function recordAccountWorks(
  deps: Pick<Deps, 'db'> & { readonly transport: { readonly account: string } },
): Promise<void> {
  await clearPause(deps.db, deps.transport.account);
}

async function bringBack(
  tx: Transaction,
  delivery: ClaimedDelivery & { readonly requestId: number; readonly messageId: number },
  verdict: Verdict,
  now: Date,
): Promise<void> {
  const failed = verdict.state === 'failed' || verdict.contactRefused;
  const { requestId, messageId } = delivery;
  const change = await returnRequest(tx, { requestId, reopen: failed, at: now });
  await recordEvent(tx, {
    type: failed ? 'delivery.failed' : 'delivery.recipient_refused',
    actor: { kind: 'system' },
    at: now,
    mailboxId: delivery.mailboxId,
    requestId,
    messageId,
    deliveryId: delivery.id,
    old: { status: change.oldStatus },
    new: {
      status: change.newStatus,
      needsAttention: true,
      recipients: verdict.refused,
      reply: verdict.reply.text,
    },
  });
}

type Waiting = {
  readonly record: AttemptRecord;
  readonly settle: (written: boolean) => void;
  readonly fail: (error: unknown) => void;
};

/**
 * Writes results as they come, and together those that come while others are being written: each would wait for a commit of
 * its own, and the claim after it find a single free place. One that cannot be written costs the others nothing.
 */
export function attemptWriter(db: Db): AttemptWriter {
  const waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) await writeTogether(db, waiting.splice(0));
    writing = null;
  };
  return {
    write: (record) =>
      new Promise((settle, fail) => {
        waiting.push({ record, settle, fail });
        writing ??= writeAll();
      }),
    idle: async () => void (await writing),
  };
}

async function writeTogether(db: Db, together: readonly Waiting[]): Promise<void> {
  try {
    const written = await markAttempts(
      db,
      together.map(({ record }) => record),
    );
    for (const { record, settle } of together) settle(written.has(record.deliveryId));
  } catch (error) {
    if (together.length === 1 || isTransient(error)) for (const { fail } of together) fail(error);
    else await Promise.all(together.map((each) => writeAlone(db, each)));
  }
}

async function writeAlone(db: Db, { record, settle, fail }: Waiting): Promise<void> {
  try {
    settle(await markAttempt(db, record));
  } catch (error) {
    fail(error);
  }
}
