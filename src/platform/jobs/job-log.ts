import type { Logger } from 'graphile-worker';
import type { Log } from '../log.ts';

/** What graphile-worker says when a connection to its database is gone. */
const LOST = /^(?:PostgreSQL (?:idle|active) client generated|Error with notify listener|Cron hit an error)/;

/**
 * What graphile-worker logs, of which only failures matter here. At the first connection that it loses `onLost` is called,
 * for the caller to start anew: the library itself would go on asking the same host, a line each time, though another is the
 * primary now. What it says from then on is of that connection, too.
 */
export function jobLog(log: Log, onLost: (error: unknown) => void): ConstructorParameters<typeof Logger>[0] {
  let isLost = false;
  return () => (level, message, meta) => {
    const text = `background jobs: ${withoutCause(message)}`;
    const fails = level === 'error' || level === 'warning';
    if (!fails || isLost) return log.debug({}, text);
    const error = meta?.['error'];
    if (LOST.test(message)) {
      isLost = true;
      onLost(error ?? new Error(message));
    } else if (level === 'error') log.error({ error }, text);
    else log.warn({}, text);
  };
}

// The library repeats an error's message in its own, with whatever text PostgreSQL quotes in it.
function withoutCause(message: string): string {
  return message.replace(/ with error\b.*$/s, '');
}
