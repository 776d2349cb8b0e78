/** SQLSTATE classes that say "not now" rather than "never": connection, rollback, resources, operator, system. */
const TRANSIENT_CLASSES = new Set(['08', '40', '53', '55', '57', '58']);

/**
 * What says the same within classes that say "never": a transaction that had failed already, or stood still too long, and a
 * prepared statement that is gone; and a server that was the primary until now (25006).
 */
const TRANSIENT_STATES = new Set(['25006', '25P02', '25P03', '25P04', '26000']);

/** What postgres.js and the socket below it say when the connection is the trouble. */
const TRANSIENT_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What was read under no lock kept changing until the work was given up; the same call may well succeed. */
export class KeptChanging extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KeptChanging';
  }
}

/** True for an error after which the same call may well succeed. */
export function isTransient(error: unknown): boolean {
  if (error instanceof KeptChanging || isStalePlan(error)) return true;
  const code = errorCode(error);
  return (
    code !== null &&
    (TRANSIENT_CODES.has(code) ||
      TRANSIENT_STATES.has(code) ||
      (/^[0-9A-Z]{5}$/.test(code) && TRANSIENT_CLASSES.has(code.slice(0, 2))))
  );
}

/** True when a prepared statement was made for columns that have changed since; the driver prepares it again for the next call. */
function isStalePlan(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'routine' in error &&
    error.routine === 'RevalidateCachedQuery'
  );
}

/** True when the error is PostgreSQL's, for the named constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'constraint_name' in error &&
    error.constraint_name === constraint
  );
}

/** True when PostgreSQL refuses a parameter's value (SQLSTATE 22023), such as a time zone that it does not know. */
export function isInvalidValue(error: unknown): boolean {
  return errorCode(error) === '22023';
}

/** An error as an operator may read it beside a message in quarantine. */
export function errorText(error: unknown): string {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return (code === null ? message : `${message} (${code})`).replaceAll('\0', '').slice(0, 2000);
}

function errorCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
