import { cleanLine, shorten } from '../../../mail/text.ts';

/** What Microsoft answered instead of a result. */
export type GraphFault = {
  /** Null when nothing was answered at all. */
  readonly status: number | null;
  /** The most detailed code given, such as `ErrorItemNotFound` or `invalid_client`; '' without one. */
  readonly code: string;
  /** For people: what `code` stands for is decided by, this may change any day. */
  readonly message: string;
  /** When it asks to be called again, in milliseconds from then; null when it does not say. */
  readonly retryAfterMs: number | null;
};

type GraphError = Error & { readonly graph: GraphFault };

/** A fault as an error to throw. */
export function graphError(fault: GraphFault, cause?: unknown): GraphError {
  const said = `Microsoft answered ${fault.status ?? 'nothing'}${fault.code === '' ? '' : ` ${fault.code}`}: ${fault.message}`;
  return Object.assign(new Error(said, { cause }), { graph: fault });
}

/** The fault in an error of the client; null when it is none of Microsoft's. */
export function graphFault(error: unknown): GraphFault | null {
  return error instanceof Error && 'graph' in error ? (error as GraphError).graph : null;
}

/** The fault of an unsuccessful answer, by Graph's error document or the token endpoint's. */
export async function faultOf(response: Response): Promise<GraphFault> {
  const text = await response.text();
  const said = readError(text);
  const retryAfter = Number(response.headers.get('retry-after') ?? '');
  return {
    status: response.status,
    code: said.code,
    message: shorten(cleanLine(said.message === '' ? text : said.message), 500),
    retryAfterMs: Number.isFinite(retryAfter) && retryAfter > 0 ? Math.min(retryAfter, 3600) * 1000 : null,
  };
}

/** Asks to be left alone for a while: the mailbox's limit, or a server that is busy. */
export function isThrottling({ status }: GraphFault): boolean {
  return status === 429 || status === 503 || status === 504 || status === 509;
}

/** Passes by itself: another try later will do. */
export function isPassing(fault: GraphFault): boolean {
  return fault.status === null || isThrottling(fault) || fault.code === 'temporarily_unavailable';
}

/** Whoever was asked is in trouble itself, and has decided nothing about what it was asked. */
export function isOutage(fault: GraphFault): boolean {
  return isPassing(fault) || (fault.status ?? 0) >= 500;
}

/**
 * The permission is gone until a person does something: a secret that ended, consent withdrawn, a sign-in that was revoked.
 * An account without a mailbox is none: Microsoft says so in passing trouble too.
 */
export function isRefusal(fault: GraphFault): boolean {
  const { status, code } = fault;
  if (needsSignIn(fault) || /^(invalid_client|unauthorized_client)$/.test(code)) return true;
  if (status === 401) return true;
  return (
    status === 403 &&
    /^(ErrorAccessDenied|AccessDenied|Authorization_RequestDenied|unauthenticated)$/i.test(code)
  );
}

/** Somebody's sign-in has ended: revoked, unused for too long, or a policy wants to see the person. */
export function needsSignIn({ code }: GraphFault): boolean {
  return /^(invalid_grant|interaction_required|consent_required|login_required)$/.test(code);
}

/** The delta link has expired: the folder is read from the start. */
export function isResync({ status, code }: GraphFault): boolean {
  return status === 410 || /^(syncStateNotFound|syncStateInvalid|resyncRequired|foreign_link)$/i.test(code);
}

/** Somebody deleted the message since it was listed. */
export function isGone(error: unknown): boolean {
  const fault = graphFault(error);
  return fault !== null && fault.status === 404 && /^(ErrorItemNotFound|itemNotFound)$/i.test(fault.code);
}

type ErrorDocument = {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly innerError?: ErrorDocument;
  readonly innererror?: ErrorDocument;
};

function readError(text: string): { readonly code: string; readonly message: string } {
  let document: { readonly error?: ErrorDocument | string; readonly error_description?: string };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    return { code: '', message: '' };
  }
  const { error } = document;
  if (typeof error === 'string') return { code: error, message: document.error_description ?? '' };
  let [code, at] = ['', error];
  for (let depth = 0; at !== undefined && depth < 5; depth += 1) {
    if (typeof at.code === 'string') code = at.code;
    at = at.innerError ?? at.innererror;
  }
  return { code, message: typeof error?.message === 'string' ? error.message : '' };
}
