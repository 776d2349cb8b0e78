/** What a log says of an error. Only these fields: libraries hang recipients, statements and rows on theirs. */
export type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly routine?: string;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
};

/** SQLSTATE classes whose messages name connections, locks and constraints, never a value. */
const VALUELESS = new Set(['08', '23', '25', '28', '40', '53', '55', '57', '58']);

const DEEPEST = 5;

/**
 * An error without anything that a person wrote. PostgreSQL puts the failing row into `detail` and the failing value into
 * messages (`invalid input syntax for type integer: "…"`), JSON.parse quotes what it read, and SMTP replies name addresses.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something other than an error was thrown' };
  const field = (name: string): string | undefined => {
    const value: unknown = (error as unknown as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  const given = {
    code: field('code'),
    constraint: field('constraint_name'),
    table: field('table_name'),
    column: field('column_name'),
    routine: field('routine'),
    stack: frames(error),
  };
  const inner =
    depth < DEEPEST ? { cause: error.cause, errors: listOf(error) } : { cause: undefined, errors: undefined };
  return {
    type: error.name,
    message: messageOf(error, given.code),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(inner.cause === undefined ? {} : { cause: loggedError(inner.cause, depth + 1) }),
    ...(inner.errors === undefined
      ? {}
      : { errors: inner.errors.map((each) => loggedError(each, depth + 1)) }),
  };
}

function messageOf(error: Error, code: string | undefined): string {
  const isPostgres = error.name === 'PostgresError' || ('severity' in error && code !== undefined);
  if (isPostgres && !VALUELESS.has((code ?? '').slice(0, 2)))
    return `PostgreSQL refused a statement (${code ?? 'no code'}); its words may quote a value and are left out`;
  if (error instanceof SyntaxError)
    return 'a text could not be read; its words may quote it and are left out';
  return error.message.replaceAll(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '(an address)');
}

// The first line of a stack repeats the message.
function frames(error: Error): string | undefined {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.length === 0 ? undefined : lines.join('\n');
}

function listOf(error: Error): readonly unknown[] | undefined {
  return error instanceof AggregateError ? error.errors.slice(0, 10) : undefined;
}
