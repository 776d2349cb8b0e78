namespace Relay {
  export type Blame = 'lost' | 'stuck' | 'killed' | 'refused';

  /**
   * Holds a trouble against a mail. A mail held against something is sent only after a good heartbeat (`needsProbe`),
   * so that a dead server blames each mail once at the most.
   */
  export function blame(state: State, id: string, kind: Blame): Suspect {
    const now = Date.now();
    const suspect = suspectOf(state, id);
    suspect[kind] += 1;
    if (suspect.since === 0) suspect.since = now;
    suspect.alone = true;
    const minutes = kind === 'refused' ? 15 : Math.min(Math.pow(2, suspect[kind] - 1), 360);
    suspect.waitUntil = now + minutes * MINUTE;
    return suspect;
  }

  /**
   * Gmail failed to give this mail. Run after run with the same one, it is held against the mail, for all others wait
   * behind it: it goes last then, and as a stub in the end (`fetchOriginal`).
   */
  export function noteStuck(state: State, id: string | undefined): void {
    if (!id) return;
    const times = state.stuck && state.stuck.id === id ? state.stuck.times + 1 : 1;
    state.stuck = { id, times };
    if (times >= STUCK_BEFORE_BLAME) blame(state, id, 'stuck');
  }

  /** The server asked for this mail again: it waits a little longer each time, up to an hour. */
  export function postpone(state: State, id: string): void {
    const suspect = suspectOf(state, id);
    suspect.retried = Math.min(suspect.retried + 1, 10);
    suspect.waitUntil = Date.now() + Math.min(Math.pow(2, suspect.retried - 1), 60) * MINUTE;
  }

  export function suspectOf(state: State, id: string): Suspect {
    if (!state.suspects[id]) {
      state.suspects[id] = {
        lost: 0,
        stuck: 0,
        killed: 0,
        refused: 0,
        retried: 0,
        alone: false,
        stub: false,
        since: 0,
        waitUntil: 0,
      };
    }
    return state.suspects[id];
  }

  export function goesAlone(state: State, id: string): boolean {
    return id in state.suspects && state.suspects[id].alone;
  }

  /** Whether only the headers of this mail may be sent, because its full form has failed too often. */
  export function goesAsStub(state: State, id: string): boolean {
    const suspect = state.suspects[id];
    if (!suspect) return false;
    return (
      suspect.stub ||
      suspect.lost >= LOST_BEFORE_STUB ||
      suspect.killed >= KILLED_BEFORE_STUB ||
      isRefusedForGood(suspect)
    );
  }

  /** Whether Gmail has failed to give this mail so often that its headers have to do. */
  export function isStuckForGood(state: State, id: string): boolean {
    return id in state.suspects && state.suspects[id].stuck >= STUCK_BEFORE_STUB;
  }

  export function isRefusedForGood(suspect: Suspect): boolean {
    return suspect.refused >= REFUSED_BEFORE_STUB && Date.now() - suspect.since >= HOUR;
  }

  /** The ids that may go now, oldest first; those held against something come last. */
  export function dueIds(state: State, ids: string[]): string[] {
    const now = Date.now();
    const due = ids.filter((id) => !state.suspects[id] || state.suspects[id].waitUntil <= now);
    const fresh = due.filter((id) => !goesAlone(state, id));
    const alone = due.filter((id) => goesAlone(state, id));
    return fresh.concat(alone.sort((a, b) => weight(state.suspects[a]) - weight(state.suspects[b])));
  }

  /** Forgets mails that are no longer waiting; `ids` must be the whole queue. */
  export function forgetAbsent(state: State, ids: string[]): void {
    const waiting = new Set(ids);
    for (const id of Object.keys(state.suspects)) if (!waiting.has(id)) delete state.suspects[id];
  }

  /** Keeps the property below its 9 KB: the most troublesome mails stay known. */
  export function trimSuspects(state: State): void {
    const ids = Object.keys(state.suspects).sort(
      (a, b) => weight(state.suspects[b]) - weight(state.suspects[a]),
    );
    for (const id of ids.slice(SUSPECTS_KEPT)) delete state.suspects[id];
  }

  function weight(suspect: Suspect): number {
    return suspect.lost + suspect.stuck + suspect.killed * 2 + suspect.refused;
  }
}
