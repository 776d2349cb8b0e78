import { setTimeout as pause } from 'node:timers/promises';
import type { Deps } from '../../../platform/deps.ts';
import { findRelayHeard } from './watch-queries.ts';

/** Looks until the relay has been heard after `since`; false when it was not within `withinMs`. */
export async function awaitHeartbeat(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    readonly mailboxId: number;
    readonly since: Date;
    readonly withinMs: number;
    readonly everyMs?: number;
    /** Called each minute with the minutes passed. */
    readonly onMinute: (minutes: number) => void;
  },
): Promise<boolean> {
  const start = deps.clock.now().getTime();
  let minutes = 0;
  for (;;) {
    const heard = await findRelayHeard(deps.db, input.mailboxId);
    if (heard !== null && heard >= input.since) return true;
    const passed = deps.clock.now().getTime() - start;
    if (passed >= input.withinMs) return false;
    if (Math.floor(passed / 60_000) > minutes) {
      minutes = Math.floor(passed / 60_000);
      input.onMinute(minutes);
    }
    await pause(input.everyMs ?? 2000);
  }
}
