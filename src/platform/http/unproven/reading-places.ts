import { Problem } from '../../problems.ts';

export type PlaceLimits = {
  /** Bodies that are read at once. */
  readonly places: number;
  /** Bodies that wait to be read; meanwhile only what the system buffers is taken from them. */
  readonly waiting: number;
  readonly checkMs: number;
  /** For how long nobody has to give way who moves at all. */
  readonly graceMs: number;
};

/** Of strangers no more than some megabytes of memory, and for relays more than a server of two cores files. */
const LIMITS: PlaceLimits = { places: 16, waiting: 64, checkMs: 250, graceMs: 1000 };

export type UnprovenCaller = {
  readonly address: string;
  /** Aborted when the body has to be in; only its pace counts unless given. */
  readonly deadline?: AbortSignal | undefined;
};

/** A place among those whose bodies are read. */
export type ReadingPlace = {
  /** Aborted, with the reason, when the caller has to give way. */
  readonly given: AbortSignal;
  /** Told when the next piece is asked for, and how large it was when it came. */
  readonly asked: () => void;
  readonly came: (bytes: number) => void;
  readonly leave: () => void;
};

type Reading = {
  readonly address: string;
  readonly end: AbortController;
  checks: number;
  bytes: number;
  /** Since when, in checks, the caller has owed the next piece. */
  owed: number | null;
};
type Waiting = {
  readonly address: string;
  readonly admit: (place: ReadingPlace) => void;
  readonly refuse: () => void;
};

/** Addresses that are remembered for having proven themselves: a relay's next post comes from the same network, often enough. */
const MAX_PROVEN = 1000;

/**
 * Lets few bodies of callers who have proven nothing yet be read at once. The next is of an address that has proven itself
 * before, or else that is read least, and of those it is the last to come: a crowd's oldest are given up anyway. While
 * somebody waits, whoever stalls gives way, or else the slowest: a place is kept by sending.
 */
export function readingPlaces(limits: PlaceLimits = LIMITS) {
  const reading = new Set<Reading>();
  const queue: Waiting[] = [];
  const proven = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  const admitNext = (): void => {
    while (reading.size < limits.places && queue.length > 0) {
      const next = nextOf(queue, reading, proven);
      queue.splice(queue.indexOf(next), 1);
      next.admit(place(next.address));
    }
    if (queue.length === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    } else if (queue.length > 0) timer ??= setInterval(check, limits.checkMs).unref();
  };

  const place = (address: string): ReadingPlace => {
    const own: Reading = { address, end: new AbortController(), checks: 0, bytes: 0, owed: null };
    reading.add(own);
    return {
      given: own.end.signal,
      asked: () => (own.owed ??= own.checks),
      came: (bytes) => {
        own.bytes += bytes;
        own.owed = null;
      },
      leave: () => {
        if (reading.delete(own)) admitNext();
      },
    };
  };

  const check = (): void => {
    for (const each of reading) each.checks += 1;
    const stalled = [...reading].filter(({ owed, checks }) => owed !== null && checks - owed >= 3);
    const slow = [...reading].filter(
      ({ owed, checks }) => owed !== null && checks * limits.checkMs >= limits.graceMs,
    );
    const leaving =
      stalled.length > 0
        ? stalled.slice(0, queue.length)
        : slow.toSorted((a, b) => a.bytes - b.bytes).slice(0, 1);
    for (const each of reading) each.bytes = 0;
    for (const each of leaving) {
      reading.delete(each);
      each.end.abort(busy('Too many bodies are coming in; send this one again'));
    }
    admitNext();
  };

  return {
    /** Notes that a body from there was signed. */
    noteProven(address: string): void {
      proven.delete(address);
      proven.add(address);
      const [oldest] = proven;
      if (oldest !== undefined && proven.size > MAX_PROVEN) proven.delete(oldest);
    },
    /** A place, at once or after waiting; throws `busy` when too many wait, or the time is over. */
    enter(caller: UnprovenCaller): Promise<ReadingPlace> {
      if (reading.size < limits.places) return Promise.resolve(place(caller.address));
      return new Promise((resolve, reject) => {
        const settle = (): void => caller.deadline?.removeEventListener('abort', late);
        const refuse = (words: string) => (): void => {
          settle();
          queue.splice(queue.indexOf(own), 1);
          reject(busy(words));
        };
        const late = refuse('The body did not come in in time; nothing was taken');
        const own: Waiting = {
          address: caller.address,
          admit: (given) => {
            settle();
            resolve(given);
          },
          refuse: refuse('Too many bodies are coming in; send this one again'),
        };
        caller.deadline?.addEventListener('abort', late, { once: true });
        queue.push(own);
        if (queue.length > limits.waiting) leastOf(queue, proven).refuse();
        admitNext();
      });
    },
  };
}

function nextOf(
  queue: readonly Waiting[],
  reading: ReadonlySet<Reading>,
  proven: ReadonlySet<string>,
): Waiting {
  const known = queue.filter(({ address }) => proven.has(address));
  const read = countBy(reading);
  const readOf = ({ address }: Waiting): number => read.get(address) ?? 0;
  return (known.length > 0 ? known : queue).reduce((best, each) =>
    readOf(each) <= readOf(best) ? each : best,
  );
}

/** Who is refused when too many wait: of the address of which most do, who came first. */
function leastOf(queue: readonly Waiting[], proven: ReadonlySet<string>): Waiting {
  const unknown = queue.filter(({ address }) => !proven.has(address));
  const waiting = countBy(queue);
  const waitingOf = ({ address }: Waiting): number => waiting.get(address) ?? 0;
  return (unknown.length > 0 ? unknown : queue).reduce((best, each) =>
    waitingOf(each) > waitingOf(best) ? each : best,
  );
}

function countBy(those: Iterable<{ readonly address: string }>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { address } of those) counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
}

function busy(message: string): Problem {
  return new Problem('busy', message, { retryAfterSeconds: 10 });
}
