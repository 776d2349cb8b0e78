/** What the Gmail API answers instead of a result, in the shape of its error bodies. */
export type GoogleError = Error & { readonly google: { readonly status: number; readonly body: string } };

/** An error that the REST face turns into Google's answer with this status and reason. */
export function googleError(status: number, reason: string, message: string): GoogleError {
  const domain = /rateLimit|accessNotConfigured/i.test(reason) ? 'usageLimits' : 'global';
  const body = {
    error: {
      code: status,
      message,
      errors: [{ message, domain, reason }],
      status: canonicalStatus(status, reason),
    },
  };
  return Object.assign(new Error(message), { google: { status, body: JSON.stringify(body, null, 2) } });
}

export function isGoogleError(error: unknown): error is GoogleError {
  return error instanceof Error && 'google' in error;
}

function canonicalStatus(status: number, reason: string): string {
  if (reason === 'failedPrecondition') return 'FAILED_PRECONDITION';
  const names: Record<number, string> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    409: 'ABORTED',
    429: 'RESOURCE_EXHAUSTED',
    500: 'INTERNAL',
    503: 'UNAVAILABLE',
  };
  return names[status] ?? 'UNKNOWN';
}
