import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Deps } from '../../../platform/deps.ts';
import { graphError } from '../graph/graph-fault.ts';
import { freeSlot, takeSlot } from './slot-queries.ts';

/** Longer than any call: the slot of a process that died is free then. */
const HELD_MS = 150_000;
const ASK_MS = 25;
const PATIENCE_MS = 60_000;

/** Makes a call when no more than the allowed number are under way for its mailbox, in whatever process. */
export function sharedSlots(deps: Pick<Deps, 'db' | 'clock'>, mailboxId: number) {
  return async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const holder = randomUUID();
    const patience = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = deps.clock.now();
      const until = new Date(at.getTime() + HELD_MS);
      if (await takeSlot(deps.db, mailboxId, { holder, at, until })) break;
      if (performance.now() > patience) {
        const message = 'Other processes keep this mailbox busy';
        throw graphError({ status: null, code: 'left_alone', message, retryAfterMs: null });
      }
      await pause(ASK_MS * (0.5 + Math.random()));
    }
    try {
      return await call();
    } finally {
      await freeSlot(deps.db, mailboxId, holder);
    }
  };
}
