import { pino } from 'pino';
import { loggedError } from './logged-error.ts';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export type Log = {
  readonly error: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly info: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly debug: (fields: Readonly<Record<string, unknown>>, message: string) => void;
};

/** One JSON line an entry on standard output. Never log a header, a body or a secret: ids and counts only. */
export function jsonLog(level: LogLevel): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: loggedError },
  });
}

/** For tests and for commands whose output is their own. */
export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
