/** What Google answered instead of a result. */
export type GoogleFault = {
  readonly status: number | null;
  /** Google's reason, such as `rateLimitExceeded` or `invalid_grant`; '' without one. */
  readonly reason: string;
  readonly message: string;
};

type Answered = {
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: ErrorBody | string | null };
};

/** OAuth names its error in a word, the APIs describe theirs. */
type ErrorBody = {
  readonly error?:
    | string
    | {
        readonly message?: string;
        readonly status?: string;
        readonly errors?: readonly { readonly reason?: string }[];
      };
  readonly error_description?: string;
};

/** The fault in an error of the Google libraries; null for other errors. */
export function googleFault(error: unknown): GoogleFault | null {
  if (!(error instanceof Error)) return null;
  const { response, status } = error as Error & Answered;
  if (response === undefined && !('config' in error)) return null;
  const answered = response?.status ?? status;
  // An answer that is not JSON comes as text.
  const data = typeof response?.data === 'object' ? response.data : undefined;
  const fault = data?.error;
  return {
    status: typeof answered === 'number' ? answered : null,
    reason: typeof fault === 'string' ? fault : (fault?.errors?.[0]?.reason ?? fault?.status ?? ''),
    message:
      (typeof fault === 'string' ? data?.error_description : fault?.message) ?? (fault ? '' : error.message),
  };
}

/** True when the stored permission no longer holds: withdrawn, expired, or the password was changed. */
export function isRefusedGrant(error: unknown): boolean {
  const fault = googleFault(error);
  return fault !== null && (fault.reason === 'invalid_grant' || fault.status === 401);
}

/** True when the same call may succeed a minute later. */
export function isGoogleBusy(error: unknown): boolean {
  const fault = googleFault(error);
  if (fault === null) return false;
  if (fault.status === null || fault.status === 429 || fault.status >= 500) return true;
  return fault.status === 403 && /rateLimitExceeded/i.test(fault.reason);
}

/** Does the work; what Google refuses meanwhile is thrown in words that say what to do. */
export async function explainingGoogle<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const fault = googleFault(error);
    throw fault === null ? error : new Error(adviceOn(fault), { cause: error });
  }
}

function adviceOn({ status, reason, message }: GoogleFault): string {
  const said = `Google answered ${status ?? 'nothing'}${reason === '' ? '' : ` ${reason}`}: ${message}`;
  if (reason === 'invalid_client' || reason === 'unauthorized_client')
    return `${said}. Are client id and secret those of your OAuth client (type Desktop app)?`;
  if (reason === 'invalid_grant' || status === 401)
    return `${said}. The permission no longer holds: sign in again with relay install --sign-in.`;
  if (/has not enabled the Apps Script API/i.test(message))
    return `${said} Switch it on at https://script.google.com/home/usersettings, wait a minute, and run this again.`;
  if (/accessNotConfigured|SERVICE_DISABLED/.test(reason) || /has not been used in project/.test(message))
    return `${said} Enable the Gmail API and the Apps Script API in the Google Cloud project of your OAuth client.`;
  if (reason === 'insufficientPermissions' || /insufficient authentication scopes/i.test(message))
    return `${said} Sign in again with relay install --sign-in and tick every box on the consent page.`;
  return said;
}
