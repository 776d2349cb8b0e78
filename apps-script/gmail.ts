namespace Relay {
  const GMAIL = 'https://gmail.googleapis.com/gmail/v1/users/me/';

  export interface Mail {
    id: string;
    threadId: string;
    labelIds: string[];
    internalDate: number;
    sizeEstimate: number;
  }

  interface MessageJson {
    id: string;
    threadId: string;
    labelIds?: string[];
    internalDate: string;
    sizeEstimate: number;
    raw?: string;
    payload?: { headers?: { name: string; value: string }[] };
  }

  const MAIL_FIELDS = 'id,threadId,labelIds,internalDate,sizeEstimate';

  /** One call of the Gmail API; null when the message is gone, a Fault for every other error. */
  export function gmail(
    run: Run,
    method: 'get' | 'post',
    path: string,
    units: number,
    body?: object,
  ): unknown {
    pace(run, units);
    const began = Date.now();
    let response: GoogleAppsScript.URL_Fetch.HTTPResponse;
    try {
      response = UrlFetchApp.fetch(GMAIL + path, request(run, method, body));
    } catch (error) {
      throw gmailThrew(error, Date.now() - began);
    }
    return readAnswer(response, path);
  }

  /** Ids under a label, oldest first as far as Gmail lists them newest first; `whole` tells whether these are all. */
  export function listQueue(run: Run, labelId: string): { ids: string[]; whole: boolean } {
    const ids: string[] = [];
    let page = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const path =
        'messages?labelIds=' +
        encodeURIComponent(labelId) +
        '&maxResults=500&fields=messages(id),nextPageToken';
      const answer = gmail(run, 'get', path + (page && '&pageToken=' + encodeURIComponent(page)), 5) as {
        messages?: { id: string }[];
        nextPageToken?: string;
      };
      for (const message of answer.messages || []) ids.push(message.id);
      page = answer.nextPageToken || '';
      if (!page) break;
    }
    return { ids: ids.reverse(), whole: !page };
  }

  /** What is known of these mails now; those that are gone are left out. Five at a time. */
  export function describe(run: Run, ids: string[]): Mail[] {
    const mails: Mail[] = [];
    for (let from = 0; from < ids.length; from += 5) {
      const part = ids.slice(from, from + 5);
      pace(run, 20 * part.length);
      const requests = part.map((id) =>
        Object.assign(request(run, 'get'), {
          url: GMAIL + 'messages/' + id + '?format=minimal&fields=' + MAIL_FIELDS,
        }),
      );
      const began = Date.now();
      let responses: GoogleAppsScript.URL_Fetch.HTTPResponse[];
      try {
        responses = UrlFetchApp.fetchAll(requests);
      } catch (error) {
        throw gmailThrew(error, Date.now() - began);
      }
      responses.forEach((response, at) => {
        const message = about(part[at], () => readAnswer(response, 'messages/')) as MessageJson | null;
        if (message) mails.push(mailOf(message));
      });
    }
    return mails.sort((a, b) => a.internalDate - b.internalDate);
  }

  /** The mail with its raw original, base64url as Gmail gives it; null when it is gone. */
  export function fetchRaw(run: Run, id: string): (Mail & { raw: string }) | null {
    const path = 'messages/' + id + '?format=raw&fields=' + MAIL_FIELDS + ',raw';
    const message = about(id, () => gmail(run, 'get', path, 20)) as MessageJson | null;
    return message && Object.assign(mailOf(message), { raw: message.raw || '' });
  }

  /** The mail with its headers alone; null when it is gone. */
  export function fetchHeaders(run: Run, id: string): (Mail & { headers: [string, string][] }) | null {
    const path = 'messages/' + id + '?format=metadata&fields=' + MAIL_FIELDS + ',payload(headers)';
    const message = about(id, () => gmail(run, 'get', path, 20)) as MessageJson | null;
    if (!message) return null;
    const headers = ((message.payload && message.payload.headers) || []).map((h): [string, string] => [
      h.name,
      h.value,
    ]);
    return Object.assign(mailOf(message), { headers });
  }

  /** Has a fault of the call say which mail it was about. */
  function about(id: string, call: () => unknown): unknown {
    try {
      return call();
    } catch (error) {
      (error as Fault).mail = id;
      throw error;
    }
  }

  function mailOf(message: MessageJson): Mail {
    return {
      id: message.id,
      threadId: message.threadId,
      labelIds: message.labelIds || [],
      internalDate: Number(message.internalDate),
      sizeEstimate: message.sizeEstimate || 0,
    };
  }

  function request(run: Run, method: 'get' | 'post', body?: object): FetchOptions {
    if (!run.token) run.token = ScriptApp.getOAuthToken();
    const options: FetchOptions = {
      method,
      headers: { Authorization: 'Bearer ' + run.token },
      muteHttpExceptions: true,
      followRedirects: false,
      timeoutSeconds: 30,
    };
    if (body) {
      options.contentType = 'application/json';
      options.payload = asciiJson(body);
    }
    return options;
  }

  function readAnswer(response: GoogleAppsScript.URL_Fetch.HTTPResponse, path: string): unknown {
    const status = response.getResponseCode();
    if (status === 404 && path.indexOf('messages/') === 0) return null;
    if (status === 204) return {};
    const text = response.getContentText('UTF-8');
    if (status !== 200) throw gmailAnswered(status, text);
    return text ? parseJson(text) || {} : {};
  }

  /** Gmail refuses more than some 150 units a second; a run stays below 100 after its first 500. */
  function pace(run: Run, units: number): void {
    run.units += units;
    const earliest = run.startedAt + ((run.units - 500) / 100) * SECOND;
    const early = earliest - Date.now();
    if (early > 0) Utilities.sleep(Math.ceil(early));
  }
}
