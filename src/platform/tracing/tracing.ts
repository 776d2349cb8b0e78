/** One thing that was done, as a trace shows it. */
export type SpanStart = {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** The trace that it belongs to (a W3C `traceparent`) where that was begun elsewhere; else what runs it is its parent. */
  readonly parent?: string | null;
  /** Numbers and words of our own: no address, no name, nothing that somebody wrote. */
  readonly attributes?: Readonly<Record<string, string | number>>;
};

/** What keeps spans. `note` adds to the span under way. */
export type Tracer = {
  readonly run: <Result>(start: SpanStart, work: () => Promise<Result>) => Promise<Result>;
  readonly note: (attributes: Readonly<Record<string, string | number>>) => void;
  readonly current: () => string | null;
};

// One for a process, as a trace goes through every room of it: handing it on through each verb would be in all of them.
let tracer: Tracer | null = null;

/** From now on spans are kept by this; null: by nobody. */
export function traceBy(given: Tracer | null): void {
  tracer = given;
}

/** Does the work, in a span of the trace where traces are kept. */
export function traced<Result>(start: SpanStart, work: () => Promise<Result>): Promise<Result> {
  return tracer === null ? work() : tracer.run(start, work);
}

/** Says more of the span under way. */
export function noteTrace(attributes: Readonly<Record<string, string | number>>): void {
  tracer?.note(attributes);
}

/** The place in the trace under way, to be kept with work that is done later; null where none is kept. */
export function traceparent(): string | null {
  return tracer?.current() ?? null;
}
