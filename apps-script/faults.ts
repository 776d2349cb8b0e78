namespace Relay {
  /** Why a run had to end; each kind has its own rest before the next attempt (see `rest`). */
  export type FaultKind =
    'gmail-busy' | 'gmail-failed' | 'gmail-quota' | 'gmail-denied' | 'label' | 'server-settings' | 'settings';

  export interface Fault extends Error {
    fault: FaultKind;
    /** The mail that the call was about, when it was about one. */
    mail?: string;
    /** How long a call took that had no answer. */
    elapsedMs?: number;
  }

  export function fault(kind: FaultKind, message: string): Fault {
    const error = new Error(message) as Fault;
    error.fault = kind;
    return error;
  }

  export function kindOf(error: unknown): FaultKind | null {
    return (error as { fault?: FaultKind }).fault || null;
  }

  export function textOf(error: unknown): string {
    const message = (error as { message?: string }).message;
    return String(message || error).slice(0, 300);
  }

  /** Whether Apps Script says that a quota of this account is used up. */
  export function isSpent(text: string): boolean {
    return /too many times|too much computer time|bandwidth quota/i.test(text);
  }

  /** What to do when a Workspace admin, or the manifest, keeps the script from an address; '' otherwise. */
  export function adviceOnBarredAddress(text: string): string {
    if (!/not permitted by your admin/i.test(text)) return '';
    return ' - a Workspace admin has to allow it, and the manifest has to name it: take the one that relay print gives.';
  }

  /** Sorts what UrlFetchApp threw: a spent daily quota needs an hour's rest, anything else two minutes. */
  export function gmailThrew(error: unknown, elapsedMs: number): Fault {
    const text = textOf(error);
    if (isSpent(text)) return fault('gmail-quota', text);
    const advice = adviceOnBarredAddress(text);
    if (advice) return fault('gmail-denied', text + advice);
    if (/permission|authoriz/i.test(text))
      return fault('gmail-denied', text + ' - run setup and tick every box.');
    return Object.assign(fault('gmail-failed', 'Gmail could not be reached: ' + text), { elapsedMs });
  }

  interface GoogleError {
    error?: { message?: string; errors?: { reason?: string }[] };
  }

  /** Sorts an error answer of the Gmail API by what has to happen next. */
  export function gmailAnswered(status: number, body: string): Fault {
    const parsed = (parseJson(body) || {}) as GoogleError;
    const detail = parsed.error || {};
    const reason = (detail.errors && detail.errors[0] && detail.errors[0].reason) || '';
    const text = 'Gmail answered ' + status + ' ' + reason + ': ' + (detail.message || '').slice(0, 200);
    if (status === 403 && /^(dailyLimitExceeded|quotaExceeded)$/.test(reason))
      return fault('gmail-quota', text);
    if (status === 429 || (status === 403 && /rateLimitExceeded/i.test(reason)))
      return fault('gmail-busy', text);
    if (reason === 'accessNotConfigured' || (status === 403 && /has not been used in project/.test(text))) {
      return fault('gmail-denied', text + ' - in the editor: Services + > Gmail API > Add, then run setup.');
    }
    if (status === 401 || status === 403) {
      return fault(
        'gmail-denied',
        text + ' - run setup in the editor and tick every box on the consent page.',
      );
    }
    if (status === 400 && /labelId not found|invalid label/i.test(text))
      return fault('label', text + ' - a label of mailroom/... is gone: run setup.');
    return fault('gmail-failed', text);
  }

  export function parseJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (_notJson) {
      return null;
    }
  }
}
