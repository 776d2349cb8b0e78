namespace Relay {
  /** Checks scopes, Gmail, labels and server, says what is missing, and starts the one minute trigger. */
  export function setUp(): void {
    console.log('Mailroom relay ' + VERSION + ': setting up.');
    requireScopes();
    storeFilledIn();
    const run = openRun();
    requireSettings(run);
    if (!takeLock(run, 30 * SECOND))
      throw new Error('A run of the relay is at work. Wait a minute and run setup again.');
    createLabels(run);
    identify(run);
    console.log('Gmail: ' + run.state.account + ', labels in place.');
    noteInstallation(run);
    forgetTrouble(run);
    probeServer(run);
    writeState(run);
    installTrigger();
    if (run.lock) run.lock.releaseLock();
    adviseOnFilter(run);
  }

  /** The consent page has a box for each scope, none of them ticked. */
  function requireScopes(): void {
    ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL);
    const granted = ScriptApp.getAuthorizationInfo(ScriptApp.AuthMode.FULL).getAuthorizedScopes();
    // Google does not say what null means; what is not allowed is told by the calls below.
    if (!granted) return;
    const missing = SCOPES.filter((scope) => granted.indexOf(scope) < 0);
    if (missing.length === 0) return;
    throw new Error(
      'Not allowed yet: ' + missing.join(', ') + '. Run setup again and tick every box on the consent page.',
    );
  }

  function storeFilledIn(): void {
    const properties = PropertiesService.getScriptProperties();
    if (RELAY_URL) properties.setProperty('RELAY_URL', RELAY_URL);
    if (RELAY_SECRET) properties.setProperty('RELAY_SECRET', RELAY_SECRET);
  }

  /** The time of the first setup stays: what came while the relay was broken is still swept up after a repair. */
  function noteInstallation(run: Run): void {
    if (run.installedAt) return;
    run.installedAt = run.startedAt;
    PropertiesService.getScriptProperties().setProperty('RELAY_INSTALLED_AT', String(run.installedAt));
    console.log(
      'Mail that arrives from now on is relayed; older mail is left alone unless you label it yourself.',
    );
  }

  function forgetTrouble(run: Run): void {
    const state = run.state;
    state.nextAt = 0;
    state.settings = run.settings;
    state.fails = 0;
    state.troubleAt = 0;
    state.alarmAt = 0;
    state.inFlight = null;
    state.lastFault = '';
  }

  /** Wrong settings stop the setup; a server that is merely down does not, the relay waits for it. */
  function probeServer(run: Run): void {
    const answer = exchange(run, []);
    if (answer.kind === 'good') {
      run.state.goodAt = Date.now();
      console.log('Server: answered the signed heartbeat.');
      return;
    }
    if (answer.kind === 'misconfigured') throw new Error('Not set up: ' + answer.what);
    const advice =
      run.url.indexOf('http:') === 0 ? ' Google reaches https:// addresses only: see PUBLIC_URL.' : '';
    console.warn(
      'Server: ' +
        answer.what +
        '.' +
        advice +
        ' The relay goes on trying; mail waits safely under its label.',
    );
  }

  function installTrigger(): void {
    removeTriggers();
    ScriptApp.newTrigger('tick').timeBased().everyMinutes(1).create();
    const count = ownTriggers().length;
    if (count !== 1)
      throw new Error('Expected one trigger for tick and found ' + count + '. Run setup again.');
    console.log('Trigger: tick runs every minute.');
  }

  export function ownTriggers(): GoogleAppsScript.Script.Trigger[] {
    return ScriptApp.getProjectTriggers().filter((trigger) => trigger.getHandlerFunction() === 'tick');
  }

  export function removeTriggers(): void {
    for (const trigger of ownTriggers()) ScriptApp.deleteTrigger(trigger);
  }

  /** This script may read filters, not make them: that would need one more scope. */
  function adviseOnFilter(run: Run): void {
    let present: boolean;
    try {
      present = hasFilter(run);
    } catch (error) {
      console.warn('Done, but the filter could not be looked at: ' + textOf(error));
      return;
    }
    if (present) {
      console.log('Filter: in place. Done - nothing else to do.');
      return;
    }
    console.warn(
      'Filter: none applies the label ' +
        LABEL_NAMES.queue +
        '. In Gmail: Settings > See all settings > Filters > Import filters, with the file that `mailroom relay print` wrote' +
        ' (or create one by hand). Until then new inbox mail is queued every five minutes instead of at once.',
    );
  }

  function hasFilter(run: Run): boolean {
    const labels = run.state.labels;
    const answer = gmail(run, 'get', 'settings/filters', 1) as {
      filter?: { action?: { addLabelIds?: string[] } }[];
    };
    return (answer.filter || []).some((filter) =>
      Boolean(labels && filter.action && (filter.action.addLabelIds || []).indexOf(labels.queue) >= 0),
    );
  }

  /** Removes triggers and state; address and secret stay for another setup, labels and mail are not touched. */
  export function removeRelay(): void {
    removeTriggers();
    const run = openRun();
    if (!takeLock(run, 30 * SECOND)) {
      throw new Error(
        'The trigger is removed, but a run is still at work. Wait a minute and run uninstall again.',
      );
    }
    const properties = PropertiesService.getScriptProperties();
    properties.deleteProperty('RELAY_STATE');
    properties.deleteProperty('RELAY_INSTALLED_AT');
    if (run.lock) run.lock.releaseLock();
    console.log(
      'The relay is stopped. Labels and mail stay. Delete the Gmail filter, and this project, if you are leaving.',
    );
  }
}
