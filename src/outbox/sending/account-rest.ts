/** Whether an account rests, as known to one run of it. */
export type AccountRest = {
  /** How many times in a row it has rested, and since when. */
  readonly failures: number;
  readonly since: Date | null;
  /** It has rested: one message at a time finds out whether it works again. */
  readonly isProbing: () => boolean;
  /** It has to rest again: this run sends nothing more. */
  readonly hasBegun: () => boolean;
  readonly begin: () => void;
  /** A message got through. True the first time, when the rest is to be forgotten. */
  readonly endProbing: () => boolean;
};

export function accountRest(
  before: {
    readonly pausedUntil: Date | null;
    readonly pausedSince: Date | null;
    readonly pauseFailures: number;
  },
  onBegin: () => void,
): AccountRest {
  let probing = before.pausedUntil !== null;
  let begun = false;
  return {
    failures: before.pauseFailures,
    since: before.pausedSince,
    isProbing: () => probing,
    hasBegun: () => begun,
    begin() {
      begun = true;
      onBegin();
    },
    endProbing() {
      const first = probing;
      probing = false;
      return first;
    },
  };
}
