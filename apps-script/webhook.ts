namespace Relay {
  export type FetchOptions = GoogleAppsScript.URL_Fetch.URLFetchRequestOptions;

  export type Outgoing = Mail & { raw: string | null; headers?: [string, string][]; oversize?: true };

  export interface Result {
    id: string;
    status: string;
  }

  /** What one POST came to. Only `good` lets a label move. */
  export type Answer = { elapsedMs: number; what: string } & (
    | { kind: 'good'; results: { [id: string]: Result } }
    | { kind: 'busy'; retryAfterMs: number }
    | { kind: 'lost' | 'refused' | 'too-large' | 'misconfigured' }
  );

  /** Hands mails to the server, signed as Standard Webhooks has it; no mails is a heartbeat. */
  export function exchange(run: Run, messages: Outgoing[]): Answer {
    const batch = 'msg_' + Utilities.getUuid();
    const body = asciiJson({
      relay: {
        version: VERSION,
        account: run.state.account,
        pending: run.pending,
        failed: run.state.failed,
        runtimeTodaySeconds: runtimeTodaySeconds(run),
      },
      messages,
    });
    const timestamp = String(Math.floor(Date.now() / SECOND));
    const options: FetchOptions = {
      method: 'post',
      contentType: 'application/json',
      headers: {
        'webhook-id': batch,
        'webhook-timestamp': timestamp,
        'webhook-signature': 'v1,' + sign(run.secret, batch + '.' + timestamp + '.', body),
      },
      payload: body,
      muteHttpExceptions: true,
      followRedirects: false,
      timeoutSeconds: 30,
    };
    const began = Date.now();
    let response: GoogleAppsScript.URL_Fetch.HTTPResponse;
    try {
      response = UrlFetchApp.fetch(run.url, options);
    } catch (error) {
      const text = textOf(error);
      if (isSpent(text)) throw fault('gmail-quota', text);
      const advice = adviceOnBarredAddress(text);
      const what = 'the server did not answer: ' + text + advice;
      return { kind: advice ? 'misconfigured' : 'lost', elapsedMs: Date.now() - began, what };
    }
    return judge(response, batch, Date.now() - began);
  }

  function judge(
    response: GoogleAppsScript.URL_Fetch.HTTPResponse,
    batch: string,
    elapsedMs: number,
  ): Answer {
    const status = response.getResponseCode();
    const text = response.getContentText('UTF-8');
    const what = 'the server answered ' + status + ' ' + text.slice(0, 150).replace(/\s+/g, ' ');
    if (status === 200) {
      const results = readResults(text, batch);
      if (results) return { kind: 'good', results, elapsedMs, what };
      return { kind: 'lost', elapsedMs, what: what + ' (not an answer to this batch)' };
    }
    if (status === 401 || status === 403 || status === 404 || status === 410) {
      return { kind: 'misconfigured', elapsedMs, what: what + ' - ' + adviceFor(status) };
    }
    if (status === 413) return { kind: 'too-large', elapsedMs, what };
    if (status === 400 || status === 422) return { kind: 'refused', elapsedMs, what };
    const retryAfterMs = readRetryAfter(response.getAllHeaders() as { [name: string]: unknown });
    if ((status === 429 || status === 503) && retryAfterMs !== null)
      return { kind: 'busy', retryAfterMs, elapsedMs, what };
    return { kind: 'lost', elapsedMs, what };
  }

  function adviceFor(status: number): string {
    if (status === 401 || status === 403)
      return 'is RELAY_SECRET the secret of this mailbox? Correct it and run setup.';
    return 'is RELAY_URL right, with the address of this mailbox at its end? Correct it and run setup.';
  }

  /** The results by id when this is the server's answer to this very batch, else null. */
  function readResults(text: string, batch: string): { [id: string]: Result } | null {
    const answer = parseJson(text) as { batch?: unknown; results?: unknown } | null;
    if (!answer || answer.batch !== batch || !Array.isArray(answer.results)) return null;
    const results: { [id: string]: Result } = {};
    for (const result of answer.results as (Result | null)[]) if (result) results[result.id] = result;
    return results;
  }

  /** Retry-After in milliseconds, given in seconds or as a date; null when absent or unreadable. */
  function readRetryAfter(headers: { [name: string]: unknown }): number | null {
    const name = Object.keys(headers).filter((key) => key.toLowerCase() === 'retry-after')[0];
    if (!name) return null;
    const value = String(headers[name]);
    const ms = /^\d+$/.test(value) ? Number(value) * SECOND : Date.parse(value) - Date.now();
    return isFinite(ms) ? Math.max(ms, 0) : null;
  }

  /** JSON in ASCII: without a charset Apps Script turns other characters into question marks. */
  export function asciiJson(value: object): string {
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (character) => '\\u' + ('000' + character.charCodeAt(0).toString(16)).slice(-4),
    );
  }

  function sign(secret: string, prefix: string, body: string): string {
    const text = secret.replace(/^whsec_|=+$/g, '');
    const key = Utilities.base64Decode(text + '==='.slice((text.length + 3) % 4));
    const signature =
      body.length > LONG_BODY
        ? hmacOfLongText(key, [prefix, body])
        : Utilities.computeHmacSha256Signature(asciiBytes(prefix + body), key);
    return Utilities.base64Encode(signature.map((byte) => (byte > 127 ? byte - 256 : byte)));
  }

  /** The key is binary, and Apps Script takes a binary key only with binary text. */
  function asciiBytes(text: string): number[] {
    const bytes: number[] = [];
    for (let i = 0; i < text.length; i += 1) bytes.push(text.charCodeAt(i));
    return bytes;
  }
}
