/** The only source of the present moment; tests pass one they can move. */
export type Clock = { readonly now: () => Date };

/** This machine's own clock, which may be wrong and may be set; the desk's is the database's (`databaseClock`). */
export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds since some moment of this process, by a clock that nobody can set: for how long something takes. */
export type Stopwatch = () => number;

export const stopwatch: Stopwatch = () => performance.now();
