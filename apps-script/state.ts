namespace Relay {
  export interface LabelIds {
    queue: string;
    done: string;
    failed: string;
  }

  /** What is held against one mail. A mail with counts goes alone, so that the next trouble has one cause. */
  export interface Suspect {
    lost: number;
    stuck: number;
    killed: number;
    refused: number;
    retried: number;
    alone: boolean;
    stub: boolean;
    since: number;
    waitUntil: number;
  }

  /** Everything the relay remembers between runs: one property, since each read or write is counted. */
  export interface State {
    v: 1;
    labels: LabelIds | null;
    labelsAt: number;
    account: string;
    /** No work before this moment, as long as the settings are those of `settings`. */
    nextAt: number;
    settings: number;
    /** Server faults in a row; while there are any, a run begins with a heartbeat and goes on with one mail. */
    fails: number;
    single: boolean;
    batchCount: number;
    /** Since when nothing has gone right, 0 when all is well. */
    troubleAt: number;
    lastFault: string;
    alarmAt: number;
    /** The last valid answer of the server. */
    goodAt: number;
    /** Set while mail is in hand. Found by a later run, it means that this one was killed. */
    inFlight: { at: number; ids: string[] } | null;
    suspects: { [id: string]: Suspect };
    /** The mail that Gmail last failed to give, and in how many runs. */
    stuck: { id: string; times: number } | null;
    /** Which mails the sweep found and left alone, as a checksum: the same ones need no second look. */
    leftAlone: number;
    failed: number;
    day: { since: number; ms: number; failMs: number };
    writtenAt: number;
  }

  export function freshState(): State {
    return {
      v: 1,
      labels: null,
      labelsAt: 0,
      account: '',
      nextAt: 0,
      settings: 0,
      fails: 0,
      single: false,
      batchCount: BATCH_COUNT,
      troubleAt: 0,
      lastFault: '',
      alarmAt: 0,
      goodAt: 0,
      inFlight: null,
      suspects: {},
      stuck: null,
      leftAlone: 0,
      failed: 0,
      day: { since: 0, ms: 0, failMs: 0 },
      writtenAt: 0,
    };
  }

  /** A missing or damaged property gives a fresh state: labels are then found again by name. */
  export function parseState(text: string | undefined): State {
    const parsed = parseJson(text || '') as State | null;
    return parsed && parsed.v === 1 ? Object.assign(freshState(), parsed) : freshState();
  }

  /** Counts the run so far and the idle minutes since the last write, then stores the state. */
  export function writeState(run: Run): void {
    const now = Date.now();
    const state = run.state;
    if (now - state.day.since >= DAY) state.day = { since: now, ms: 0, failMs: 0 };
    const idleMinutes = state.writtenAt ? Math.floor((run.startedAt - state.writtenAt) / MINUTE) : 0;
    if (idleMinutes > 0) state.day.ms += Math.min(idleMinutes, DAY / MINUTE) * IDLE_RUN;
    state.day.ms += now - run.billedUntil + (run.billedUntil === run.startedAt ? 500 : 0);
    run.billedUntil = now;
    state.writtenAt = now;
    trimSuspects(state);
    PropertiesService.getScriptProperties().setProperty('RELAY_STATE', JSON.stringify(state));
  }

  /** Tells texts apart at little cost; nothing can be read from it. */
  export function checksum(text: string): number {
    let sum = 0;
    for (let i = 0; i < text.length; i += 1) sum = (sum * 31 + text.charCodeAt(i)) | 0;
    return sum;
  }

  export function isDegraded(state: State, now: number): boolean {
    return now - state.day.since < DAY && state.day.ms > DEGRADED_AFTER;
  }

  export function runtimeTodaySeconds(run: Run): number {
    return Math.round((run.state.day.ms + Date.now() - run.billedUntil) / SECOND);
  }
}
