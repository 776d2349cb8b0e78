/** Why a verb refused. Each code has one meaning; `http/problems/problem-response.ts` gives each its HTTP status. */
export type ProblemCode =
  /** The input does not have the documented shape; `details` names the fields. */
  | 'invalid_input'
  /** No valid credentials came with the call. */
  | 'unauthenticated'
  /** The caller is known, and not allowed to do this. */
  | 'forbidden'
  /** It does not exist, or the caller may not know that it does. */
  | 'not_found'
  /** The path exists, with other methods. */
  | 'method_not_allowed'
  /** Somebody else has the request. */
  | 'already_taken'
  /** The request's status does not allow this verb. */
  | 'wrong_state'
  /** A field that is needed to resolve a request has no value; `errors` names it. */
  | 'field_needed'
  /** Messages came after the one the reply was written to; `missed` has them. */
  | 'thread_moved_on'
  /** Another row already holds a value that is unique. */
  | 'already_exists'
  /** The thing has changed since the caller saw it (`If-Match`). */
  | 'precondition_failed'
  /** What was saved starts from a version that is not the newest; the newest comes along. */
  | 'newer_version'
  /** An Idempotency-Key came again with another body. */
  | 'idempotency_mismatch'
  /** The body is longer than the documented limit. */
  | 'too_large'
  /** The body has a content type that this path does not take. */
  | 'unsupported_media_type'
  /** The relay's signature or timestamp does not hold. */
  | 'bad_signature'
  /** Jira refused what the call needs. */
  | 'jira_refused'
  /** The file's bytes lie in a bucket that does not give them now. */
  | 'file_unavailable'
  /** The virus scanner holds the file, or has not looked at it yet: `scan` says which, `scanReason` why. */
  | 'file_held'
  /** The caller has tried too often: `retryAfterSeconds`. */
  | 'too_many_attempts'
  /** Come again later: `retryAfterSeconds`. */
  | 'busy';

export type FieldError = { readonly pointer: string; readonly detail: string };

export type ProblemExtras = {
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** Further members of the problem document, such as `assignee` or `status`. */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** The one way a verb says no. Its message is shown to the caller: no SQL, no stack, no row the caller may not see. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, message: string, extras: ProblemExtras = {}) {
    super(message);
    this.name = 'Problem';
    this.code = code;
    this.extras = extras;
  }
}

/** A fault in one field of the input, named by JSON Pointer (`/email`) or parameter (`limit`); of the whole body by nothing. */
export function invalidField(pointer: string, detail: string): Problem {
  return invalidFields([{ pointer, detail }]);
}

/** The same of several faults, of which the message tells the first. */
export function invalidFields(errors: readonly FieldError[]): Problem {
  const { pointer = '', detail = 'The input is not valid' } = errors[0] ?? {};
  return new Problem('invalid_input', pointer === '' ? `${detail}.` : `${pointer}: ${detail}.`, { errors });
}

/** There is no such thing, or the caller may not know of it: `notFound('request', 1042)`. */
export function notFound(what: string, id: number | string): Problem {
  return new Problem('not_found', `There is no ${what} ${id}.`);
}

/** Names what was asked for instead of what it lies in, which the caller may not know of. */
export function nameAs(absent: Problem): (error: unknown) => never {
  return (error) => {
    throw error instanceof Problem && error.code === 'not_found' ? absent : error;
  };
}
