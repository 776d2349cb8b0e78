namespace Relay {
  /** One run of the script: what it read, holds and has spent. */
  export interface Run {
    startedAt: number;
    billedUntil: number;
    url: string;
    secret: string;
    /** Stands for address, secret and version: what a rest was for may be mended when one of them changed. */
    settings: number;
    /** Milliseconds since 1970, 0 when setup has not run: then there is no sweep. */
    installedAt: number;
    state: State;
    lock: GoogleAppsScript.Lock.Lock | null;
    units: number;
    pending: number;
    /** Mails posted, and mails that left the queue, in this run. */
    sent: number;
    moved: number;
    token: string;
    /** The fault that ended the run. */
    fault: string;
    /** Whether the owner must act: said by an exception at the end, of which Google sends a mail. */
    urgent: boolean;
    /** Whether mail or a heartbeat went through. */
    good: boolean;
  }

  export function openRun(): Run {
    const startedAt = Date.now();
    const properties = PropertiesService.getScriptProperties().getProperties();
    // What is filled in comes first, so that a new secret holds as soon as the project is updated, without setup.
    const url = (RELAY_URL || properties.RELAY_URL || '').trim();
    const secret = (RELAY_SECRET || properties.RELAY_SECRET || '').trim();
    return {
      startedAt,
      billedUntil: startedAt,
      url,
      secret,
      settings: checksum([VERSION, url, secret].join(' ')),
      installedAt: Number(properties.RELAY_INSTALLED_AT) || 0,
      state: parseState(properties.RELAY_STATE),
      lock: null,
      units: 0,
      pending: 0,
      sent: 0,
      moved: 0,
      token: '',
      fault: '',
      urgent: false,
      good: false,
    };
  }

  /** Takes the script lock and reads the state again under it; false while another run is at work. */
  export function takeLock(run: Run, waitMs: number): boolean {
    if (run.lock) return true;
    const lock = LockService.getScriptLock();
    if (!lock.tryLock(waitMs)) return false;
    run.lock = lock;
    run.state = parseState(PropertiesService.getScriptProperties().getProperties().RELAY_STATE);
    return true;
  }

  /** Says in the state which mails are in hand, so that a run that is killed leaves a trace. */
  export function mark(run: Run, ids: string[]): void {
    run.state.inFlight = { at: run.startedAt, ids };
    writeState(run);
  }

  export function hasTime(run: Run): boolean {
    const limit = isDegraded(run.state, run.startedAt) ? RUN_DEGRADED_LIMIT : RUN_SOFT_LIMIT;
    return Date.now() - run.startedAt < limit;
  }

  /** Stores what the run learned and frees the lock; returns what the owner has to be told now, '' for nothing. */
  export function closeRun(run: Run): string {
    if (!run.lock) return '';
    const now = Date.now();
    const state = run.state;
    if (run.fault) {
      // A property holds 9 KB, and what strangers' servers say may take three bytes a character.
      state.lastFault = run.fault.replace(/[^ -~]/g, '?');
      if (!state.troubleAt) state.troubleAt = now;
      console.warn(run.fault);
    } else if (run.good) {
      state.troubleAt = 0;
      state.lastFault = '';
    }
    const due = run.fault && (run.urgent || now - state.troubleAt > ALARM_EVERY);
    const alarm = Boolean(due) && now - state.alarmAt >= ALARM_EVERY;
    if (alarm) state.alarmAt = now;
    state.inFlight = null;
    state.settings = run.settings;
    writeState(run);
    run.lock.releaseLock();
    return alarm ? run.fault : '';
  }
}
