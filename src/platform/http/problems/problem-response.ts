import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { frontOf } from '../path-in-front.ts';
import { isTransient } from '../../db/errors.ts';
import type { Log } from '../../log.ts';
import { invalidField, Problem, type ProblemCode } from '../../problems.ts';

type ProblemKind = { readonly status: ContentfulStatusCode; readonly title: string };

/** Each refusal's HTTP status and title. The code is the last part of `type` and never changes its meaning. */
export const PROBLEM_KINDS = {
  invalid_input: { status: 400, title: 'The input is not valid' },
  unauthenticated: { status: 401, title: 'No valid credentials' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  already_taken: { status: 409, title: 'Somebody else has the request' },
  wrong_state: { status: 409, title: 'The status does not allow this' },
  field_needed: { status: 409, title: 'A field has to have a value first' },
  thread_moved_on: { status: 409, title: 'There are messages that the caller has not seen' },
  already_exists: { status: 409, title: 'It exists already' },
  newer_version: { status: 409, title: 'It was saved elsewhere meanwhile' },
  precondition_failed: { status: 412, title: 'It has changed since it was read' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key was used for another call' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not taken here' },
  jira_refused: { status: 502, title: 'Jira did not do it' },
  bad_signature: { status: 401, title: 'The signature is not valid' },
  file_held: { status: 409, title: 'The virus scanner does not let the file go' },
  file_unavailable: { status: 503, title: 'The file cannot be read now' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  busy: { status: 503, title: 'Come again later' },
} as const satisfies Record<ProblemCode, ProblemKind>;

/** What a call answers when the fault is ours; its detail says nothing but where to look. */
export const INTERNAL_ERROR = { code: 'internal_error', status: 500, title: 'Internal error' } as const;

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_input',
  413: 'too_large',
  415: 'unsupported_media_type',
};

/**
 * The `type` of a problem document: a relative reference, the same text on every installation, so that a program may
 * compare it; resolved against the server it names a page that says what the code means. A path in front of the desk
 * comes first, or the reference would lead out of it; the last part is the same everywhere.
 */
export function problemType(code: string, front = ''): string {
  return `${front}/problems/${code}`;
}

/** Answers a refusal as RFC 9457 `application/problem+json`; `instance` is the request id, as in the log. */
export function problemResponse(c: Context, problem: Problem): Response {
  const kind = PROBLEM_KINDS[problem.code];
  const { errors, members, retryAfterSeconds } = problem.extras;
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  const challenge = challengeFor(c, problem.code);
  if (challenge !== null) headers['www-authenticate'] = challenge;
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  const body = {
    // Members come first, so that none of them can pass for one of the standard fields.
    ...members,
    type: problemType(problem.code, frontOf(c)),
    title: kind.title,
    status: kind.status,
    detail: problem.message,
    instance: c.get('requestId'),
    ...(errors === undefined ? {} : { errors }),
  };
  return c.body(JSON.stringify(body), kind.status, headers);
}

/** The one place where every thrown thing becomes an answer. Unexpected errors are logged, and answered as a bare 500. */
export function answerError(log: Log): ErrorHandler {
  return (error, c) => {
    if (error instanceof Problem) return problemResponse(c, error);
    const code = error instanceof HTTPException ? CODE_OF_STATUS[error.status] : undefined;
    if (code !== undefined) return problemResponse(c, fromHttpException(code));
    const requestId = c.get('requestId');
    if (isTransient(error)) {
      log.warn({ error, requestId }, 'a call met a database that does not answer');
      return problemResponse(
        c,
        new Problem('busy', 'The database does not answer.', { retryAfterSeconds: 5 }),
      );
    }
    log.error({ error, requestId }, 'a call failed');
    return internalError(c);
  };
}

function internalError(c: Context): Response {
  const { code, status, title } = INTERNAL_ERROR;
  const body = {
    type: problemType(code, frontOf(c)),
    title,
    status,
    detail: 'Something failed on the server. Its log names this call by the request id in `instance`.',
    instance: c.get('requestId'),
  };
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
}

// In the framework's own words it would be told what is wrong, and not what would be right.
function fromHttpException(code: ProblemCode): Problem {
  if (code === 'invalid_input') return invalidField('', 'The body must be JSON in UTF-8, not compressed');
  if (code === 'unsupported_media_type') return new Problem(code, 'The body must be application/json.');
  return new Problem(code, `${PROBLEM_KINDS[code].title}.`);
}

function challengeFor(c: Context, code: ProblemCode): string | null {
  if (code === 'bad_signature') return 'Signature realm="mailroom relay"';
  if (code !== 'unauthenticated') return null;
  const tried = c.req.header('authorization') !== undefined;
  return tried ? 'Bearer realm="mailroom", error="invalid_token"' : 'Bearer realm="mailroom"';
}
