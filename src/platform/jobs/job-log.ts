import type { Logger } from 'graphile-worker';
import type { Log } from '../log.ts';

/** What graphile-worker says when it could not do without a connection that is gone; its pool says so first, mostly. */
const LOST = /^(?:Error with notify listener|Cron hit an error)/;

/**
 * What graphile-worker logs, of which only failures matter here. At the first connection that is lost `lost` is aborted,
 * for the caller to start anew: the library itself would go on asking the same host, a line each time, though another is the
 * primary now. What it says from then on is of that connection, too.
 */
export function jobLog(log: Log, lost: AbortController): ConstructorParameters<typeof Logger>[0] {
  return () => (level, message, meta) => {
    const text = `background jobs: ${withoutCause(message)}`;
    const fails = level === 'error' || level === 'warning';
    if (!fails || lost.signal.aborted) return log.debug({}, text);
    const error = meta?.['error'];
    if (LOST.test(message)) lost.abort(error ?? new Error(message));
    else if (level === 'error') log.error({ error }, text);
    else log.warn({}, text);
  };
}

// The library repeats an error's message in its own, with whatever text PostgreSQL quotes in it.
function withoutCause(message: string): string {
  return message.replace(/ with error\b.*$/s, '');
}
