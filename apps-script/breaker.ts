namespace Relay {
  /**
   * Rests after a failed exchange: k times as long as it took, without an upper limit. A server that hangs would
   * otherwise eat the 90 minutes of triggers a day; while little was lost today the rest is short, so that a
   * single fault costs a minute.
   */
  export function breakCircuit(run: Run, elapsedMs: number, retryAfterMs: number, what: string): void {
    const state = run.state;
    state.fails += 1;
    state.nextAt = Date.now() + Math.max(MINUTE, restFor(state, elapsedMs), Math.min(retryAfterMs, HOUR));
    run.fault = what;
  }

  function restFor(state: State, elapsedMs: number): number {
    const now = Date.now();
    if (now - state.day.since >= DAY) state.day = { since: now, ms: 0, failMs: 0 };
    state.day.failMs += elapsedMs;
    return (state.day.failMs < 10 * MINUTE ? 2 : 30) * elapsedMs;
  }

  /** Ends trouble with the server. */
  export function mendCircuit(run: Run): void {
    run.state.fails = 0;
    run.state.nextAt = 0;
  }

  /** Rests after a fault that is not the server's; one that only the owner can mend is urgent. */
  export function rest(run: Run, error: unknown): void {
    const kind = kindOf(error);
    const now = Date.now();
    run.fault = textOf(error);
    run.urgent =
      kind === 'gmail-denied' || kind === 'label' || kind === 'settings' || kind === 'server-settings';
    if (kind === 'gmail-failed') noteStuck(run.state, (error as Fault).mail);
    // A Gmail that hangs, or refuses what comes after long work, eats the day's runtime as a server does.
    const lostMs = run.moved > 0 ? (error as Fault).elapsedMs || 0 : now - run.startedAt;
    run.state.nextAt = now + Math.max(shortestRest(kind, run.fault), restFor(run.state, lostMs));
  }

  function shortestRest(kind: FaultKind | null, text: string): number {
    if (kind === 'gmail-quota' || kind === 'gmail-denied' || isSpent(text)) return HOUR;
    if (kind === 'label' || kind === 'settings' || kind === 'server-settings') return 30 * MINUTE;
    return 2 * MINUTE;
  }

  /**
   * Deals with the trace of a run that Apps Script ended: the lock is free, so it is certainly over. It counts as a
   * failure of its whole length, and its mails go alone from now on.
   */
  export function settleKilledRun(run: Run): void {
    const state = run.state;
    const trace = state.inFlight;
    if (!trace) return;
    const elapsed = Math.min(Date.now() - trace.at, RUN_LIMIT);
    state.day.ms += elapsed;
    for (const id of trace.ids) blame(state, id, 'killed');
    state.single = true;
    breakCircuit(
      run,
      elapsed,
      0,
      'a run was ended by Apps Script after ' + Math.round(elapsed / SECOND) + ' s or less',
    );
  }
}
