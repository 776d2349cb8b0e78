namespace Relay {
  /** Why a run had to end; each kind has its own rest before the next attempt (see `rest`). */
  export type FaultKind =
    'gmail-busy' | 'gmail-quota' | 'gmail-denied' | 'label' | 'server' | 'server-settings' | 'settings';

  export interface Fault extends Error {
    fault: FaultKind;
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

  /** Sorts what UrlFetchApp threw: a spent daily quota needs an hour's rest, anything else two minutes. */
  export function gmailThrew(error: unknown): Fault {
    const text = textOf(error);
    if (/too many times|too much computer time/i.test(text)) return fault('gmail-quota', text);
    if (/permission|authoriz/i.test(text))
      return fault('gmail-denied', text + ' - run setup and tick every box.');
    return fault('gmail-busy', 'Gmail could not be reached: ' + text);
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
    if (status === 403 && /rateLimitExceeded/i.test(reason)) return fault('gmail-busy', text);
    if (reason === 'accessNotConfigured') {
      return fault('gmail-denied', text + ' - in the editor: Services + > Gmail API > Add, then run setup.');
    }
    if (status === 401 || status === 403) {
      return fault(
        'gmail-denied',
        text + ' - run setup in the editor and tick every box on the consent page.',
      );
    }
    if (status === 400 && /labelId not found|invalid label/i.test(text)) return fault('label', text);
    return fault('gmail-busy', text);
  }

  export function parseJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (_notJson) {
      return null;
    }
  }
}
