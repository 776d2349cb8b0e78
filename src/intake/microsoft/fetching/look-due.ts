import { randomUUID } from 'node:crypto';
import { findIntakeMailbox } from '../../../mailboxes/settings/find-intake-mailbox.ts';
import type { ReceiveDeps } from '../../filing/receive-batch.ts';
import { type Microsoft, noteRefusal } from '../access/open-microsoft.ts';
import { graphFault, isRefusal } from '../graph/graph-fault.ts';
import { keepSubscription } from '../notifications/keep-subscription.ts';
import { type ClaimedLook, claimLook, endLook, extendLook, type LookLease } from './fetch-queries.ts';
import { lookAtMailbox } from './look.ts';

export type FetchDeps = ReceiveDeps & {
  readonly microsoft: Microsoft;
  /** Between two looks at one mailbox; a minute, and half of that while mail comes, unless given. */
  readonly betweenLooksMs?: number | undefined;
  /** Where Microsoft reaches this server to tell of new mail; it is not asked to unless given. */
  readonly notifyUrl?: string | undefined;
};

const LEASE_MS = 2 * 60_000;
const BUSY_MS = 30_000;
const IDLE_MS = 60_000;
/** What needs a person is not asked for every minute. */
const REFUSED_MS = 5 * 60_000;

/**
 * Looks at every mailbox that is due, one after the other, each for this process alone; returns how many messages were
 * filed. One that fails holds up no other and is looked at again.
 */
export async function lookAtDue(deps: FetchDeps, stop?: AbortSignal): Promise<number> {
  const owner = randomUUID();
  let filed = 0;
  for (;;) {
    if (stop?.aborted === true) return filed;
    const now = deps.clock.now();
    const claimed = await claimLook(deps.db, { owner, now, until: leaseEnd(now) });
    if (claimed === null) return filed;
    filed += await lookOnce(deps, { mailboxId: claimed.mailboxId, owner }, claimed, stop);
  }
}

async function lookOnce(
  deps: FetchDeps,
  lease: LookLease,
  claimed: ClaimedLook,
  stop: AbortSignal | undefined,
): Promise<number> {
  const { mailboxId, address } = claimed;
  const end = (nextMs: number, fault: string | null): Promise<void> => {
    const at = deps.clock.now();
    return endLook(deps.db, lease, { at, nextLookAt: new Date(at.getTime() + nextMs), fault });
  };
  try {
    const mailbox = await findIntakeMailbox(deps.db, address);
    const graph = await deps.microsoft.open(mailboxId);
    if (mailbox === null || graph === null) {
      await end(IDLE_MS, 'disconnected');
      return 0;
    }
    const goOn = keepLease(deps, lease, stop);
    const filed = await lookAtMailbox(deps, { lease, mailbox, graph, claimed, goOn });
    const { notifyUrl: publicUrl } = deps;
    if (publicUrl !== undefined) await keepSubscription(deps, graph, { mailboxId, publicUrl });
    await end(deps.betweenLooksMs ?? (filed > 0 ? BUSY_MS : IDLE_MS), null);
    return filed;
  } catch (error) {
    const fault = graphFault(error);
    const isRefused = fault !== null && isRefusal(fault);
    deps.log.warn(
      { error, mailboxId, address },
      'a mailbox could not be read to its end; it is looked at again',
    );
    if (isRefused) await noteRefusal(deps, { id: mailboxId, address }, error);
    await end(isRefused ? REFUSED_MS : BUSY_MS, String(error).slice(0, 500));
    return 0;
  }
}

function keepLease(deps: FetchDeps, lease: LookLease, stop: AbortSignal | undefined): () => Promise<void> {
  let until = leaseEnd(deps.clock.now());
  return async () => {
    stop?.throwIfAborted();
    const now = deps.clock.now();
    if (until.getTime() - now.getTime() > LEASE_MS / 2) return;
    until = leaseEnd(now);
    if (!(await extendLook(deps.db, lease, until)))
      throw new Error('another process looks at this mailbox by now');
  };
}

function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}
