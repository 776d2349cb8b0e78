namespace Relay {
  /** Says in the log, in words, how the relay is doing. */
  export function logStatus(): void {
    const run = openRun();
    const state = run.state;
    console.log('Mailroom relay ' + VERSION + (state.account ? ' for ' + state.account : ', not set up yet'));
    console.log(
      'Server: ' + (run.url || 'RELAY_URL is missing') + (run.secret ? '' : '; RELAY_SECRET is missing'),
    );
    console.log('Trigger: ' + (ownTriggers().length === 1 ? 'every minute' : 'not right - run setup'));
    console.log(
      'Installed: ' + moment(run.installedAt) + '; last good answer of the server: ' + moment(state.goodAt),
    );
    console.log('Runtime today: ' + Math.round(state.day.ms / MINUTE) + ' of 90 minutes' + degradedNote(run));
    if (state.lastFault)
      console.warn('Last fault: ' + state.lastFault + ' (trouble since ' + moment(state.troubleAt) + ')');
    if (run.startedAt < state.nextAt) console.warn('Resting until ' + moment(state.nextAt));
    if (state.failed > 0)
      console.warn(state.failed + ' mail(s) could not be handed over: label ' + LABEL_NAMES.failed);
    logQueue(run);
  }

  function logQueue(run: Run): void {
    if (!run.state.labels) return;
    let queue: { ids: string[]; whole: boolean };
    try {
      queue = listQueue(run, run.state.labels.queue);
    } catch (error) {
      console.warn('Waiting: not known. ' + textOf(error));
      return;
    }
    console.log('Waiting: ' + queue.ids.length + (queue.whole ? '' : ' or more') + ' mail(s)');
    const held = queue.ids.filter((id) => goesAlone(run.state, id));
    if (held.length > 0) console.warn('Of these, tried alone because they failed before: ' + held.join(', '));
  }

  function moment(at: number): string {
    return at ? new Date(at).toISOString() : 'never';
  }

  function degradedNote(run: Run): string {
    return isDegraded(run.state, run.startedAt) ? ' (nearly spent: working every fifth minute)' : '';
  }
}
