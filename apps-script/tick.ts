namespace Relay {
  /** One minute's work; throws what the owner has to be told, of which Google sends a mail. */
  export function runTick(): void {
    let alarm = '';
    try {
      alarm = runOnce();
    } catch (error) {
      // Google's services for properties or locks failed: nothing can be kept, not even that the owner was told.
      // The next minute tries again, and the server tells of a relay that stays silent.
      console.warn(textOf(error));
    }
    if (alarm) throw new Error('Mailroom relay: ' + alarm);
  }

  /** An idle run costs one read of the properties and one list. */
  function runOnce(): string {
    const run = openRun();
    if (isResting(run)) return '';
    try {
      attempt(run);
    } catch (error) {
      // Without the lock another run is at work and meets the same fault.
      if (!takeLock(run, 0)) return '';
      rest(run, error);
    }
    return closeRun(run);
  }

  function isResting(run: Run): boolean {
    if (run.startedAt < run.state.nextAt && run.settings === run.state.settings) return true;
    return isDegraded(run.state, run.startedAt) && minuteOf(run) % SWEEP_EVERY_MINUTES !== 0;
  }

  function minuteOf(run: Run): number {
    return Math.floor(run.startedAt / MINUTE);
  }

  function attempt(run: Run): void {
    requireSettings(run);
    let queue = { ids: [] as string[], whole: false };
    if (run.state.labels && run.state.account && !run.state.inFlight) {
      queue = readQueue(run, run.state.labels);
      if (!isHeartbeatDue(run) && dueIds(run.state, queue.ids).length === 0) return;
    }
    if (!takeLock(run, 0)) return;
    if (run.state.inFlight) return settleKilledRun(run);
    if (run.settings !== run.state.settings) run.state.nextAt = 0;
    if (Date.now() < run.state.nextAt) return;
    mark(run, []);
    if (!run.state.labels || !run.state.account) {
      identify(run);
      if (run.state.labels) queue = readQueue(run, run.state.labels);
    }
    work(run, queue);
  }

  function work(run: Run, queue: { ids: string[]; whole: boolean }): void {
    const state = run.state;
    run.pending = queue.ids.length;
    if (queue.whole) forgetAbsent(state, queue.ids);
    const due = dueIds(state, queue.ids);
    if (needsProbe(run, due) && !probe(run, due.length === 0)) return;
    relayQueue(run, due);
    if (!run.fault && run.sent > 0 && run.moved === 0) {
      // Otherwise a server that refuses everything would be asked for 45 seconds of every minute.
      breakCircuit(run, Date.now() - run.startedAt, 0, 'the server took none of the mails it was given');
    }
    if (!run.fault && Date.now() - state.labelsAt > LABEL_CHECK_EVERY) identify(run);
  }

  function readQueue(run: Run, labels: LabelIds): { ids: string[]; whole: boolean } {
    try {
      if (minuteOf(run) % SWEEP_EVERY_MINUTES === 0) sweepInbox(run);
      return listQueue(run, labels.queue);
    } catch (error) {
      if (kindOf(error) !== 'label' || !takeLock(run, 0)) throw error;
      run.state.labels = resolveLabels(run);
      return listQueue(run, run.state.labels.queue);
    }
  }

  /** Finds the account and the labels, at first and every hour: a label made anew has another id. */
  export function identify(run: Run): void {
    const profile = gmail(run, 'get', 'profile?fields=emailAddress', 1) as { emailAddress?: string };
    run.state.account = (profile.emailAddress || '').toLowerCase();
    run.state.labels = resolveLabels(run);
    run.state.labelsAt = Date.now();
  }

  /** With new settings at once: the server learns that they have arrived. */
  function isHeartbeatDue(run: Run): boolean {
    if (run.settings !== run.state.settings) return true;
    return run.startedAt - run.state.goodAt >= HEARTBEAT_EVERY;
  }

  /** A heartbeat first while the server or a mail is in doubt: it tells the one from the other, and costs little. */
  function needsProbe(run: Run, due: string[]): boolean {
    if (run.state.fails > 0 || due.some((id) => goesAlone(run.state, id))) return true;
    return due.length === 0 && isHeartbeatDue(run);
  }

  /** Whether the server answers a heartbeat; with no mail waiting that ends its trouble. */
  function probe(run: Run, nothingWaits: boolean): boolean {
    const answer = exchange(run, []);
    if (answer.kind !== 'good') {
      endExchange(run, answer);
      return false;
    }
    run.state.goodAt = Date.now();
    run.good = true;
    if (nothingWaits) mendCircuit(run);
    return true;
  }

  /** Throws in plain words what is missing in the Script Properties. */
  export function requireSettings(run: Run): void {
    if (
      !/^(https:\/\/[^/\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(\/\S*)?\/v1\/relay\/\S+$/.test(
        run.url,
      )
    ) {
      throw fault(
        'settings',
        'RELAY_URL is missing or not https://.../v1/relay/ADDRESS - correct it and run setup.',
      );
    }
    if (!/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(run.secret)) {
      throw fault(
        'settings',
        'RELAY_SECRET is missing or not of the form whsec_... - correct it and run setup.',
      );
    }
  }
}
