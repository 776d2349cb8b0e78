import { z } from 'zod';
import { DAY, SECOND } from '../../../platform/time.ts';
import { JiraFault, type JiraFaultKind } from './jira-fault.ts';

/** Where calls go and in whose name. */
export type Caller = {
  readonly root: string;
  readonly authorization: string;
  /** Asked when the credential is refused; gives another one to try once more with. */
  readonly renew?: () => Promise<string | null>;
};

export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, below the root. */
  readonly path: string;
  readonly body?: unknown;
};

const ANSWER_WITHIN_MS = 30_000;
const MAX_FAULT_LENGTH = 500;
const MAX_RETRY_AFTER = DAY / SECOND;
/** Connections that were never made carry nothing. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

const faultShape = z.object({
  errorMessages: z.array(z.string()).catch([]),
  errors: z.record(z.string(), z.string()).catch({}),
  message: z.string().optional().catch(undefined),
});

/** Asks Jira, and reads of the answer what the schema names; anything but that is a `JiraFault`. */
export async function callJira<Shape extends z.ZodType>(
  caller: Caller,
  call: Call,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const response = await ask(caller, call);
  const text = await textOf(response, call);
  if (!response.ok) throw faultOf(response, text);
  const parsed = shape.safeParse(text === '' ? null : jsonOf(text));
  if (parsed.success) return parsed.data;
  // A proxy's page with status 200 does not tell what Jira did.
  throw new JiraFault(
    'unclear',
    `Jira answered ${call.method} ${withoutQuery(call.path)} in an unknown shape.`,
    { status: response.status },
  );
}

/** The bytes of an answer; refused when there are more than `most`. */
export async function readJiraBytes(caller: Caller, path: string, most: number): Promise<Uint8Array> {
  const call: Call = { method: 'GET', path };
  const response = await ask(caller, call);
  if (!response.ok) throw faultOf(response, await textOf(response, call));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > most) throw new JiraFault('refused', `The file has more than ${most} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function ask(caller: Caller, call: Call): Promise<Response> {
  const response = await send(caller, call);
  if (response.status !== 401 || caller.renew === undefined) return response;
  const said = await response.clone().text();
  if (faultOf(response, said).kind === 'scope') return response;
  const authorization = await caller.renew();
  return authorization === null ? response : send({ ...caller, authorization }, call);
}

async function send(caller: Caller, call: Call): Promise<Response> {
  const form = call.body instanceof FormData ? call.body : null;
  const json = form === null && call.body !== undefined ? JSON.stringify(call.body) : null;
  try {
    return await fetch(caller.root + call.path, {
      method: call.method,
      headers: {
        accept: 'application/json',
        authorization: caller.authorization,
        ...(json === null ? {} : { 'content-type': 'application/json' }),
        // Jira takes no file from what could be a page in a browser.
        ...(form === null ? {} : { 'x-atlassian-token': 'no-check' }),
      },
      ...(form === null && json === null ? {} : { body: form ?? json }),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (error) {
    throw unanswered(error, call);
  }
}

async function textOf(response: Response, call: Call): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw unanswered(error, call);
  }
}

function unanswered(error: unknown, call: Call): JiraFault {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const kind = NOT_SENT.has(code) ? 'unreachable' : 'unclear';
  return new JiraFault(
    kind,
    `Jira did not answer ${call.method} ${withoutQuery(call.path)} (${code || 'no answer'}).`,
  );
}

function faultOf(response: Response, text: string): JiraFault {
  const parsed = faultShape.safeParse(jsonOf(text));
  const { errorMessages, errors, message } = parsed.success
    ? parsed.data
    : { errorMessages: [], errors: {}, message: undefined };
  const fields = Object.entries(errors).map(([field, words]) => `${field}: ${words}`);
  const said = [...errorMessages, ...fields][0] ?? message ?? `status ${response.status}`;
  const seconds = Number(response.headers.get('retry-after'));
  return new JiraFault(kindOf(response.status, said), said.slice(0, MAX_FAULT_LENGTH), {
    status: response.status,
    fields: errors,
    // Data Center says 0 with every answer while there is no limit to wait for; a proxy may name a time of day, or a year.
    retryAfterSeconds: seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER) : null,
    limit: response.headers.get('ratelimit-reason'),
  });
}

function kindOf(status: number, said: string): JiraFaultKind {
  if (status === 429) return 'limited';
  if (status === 401) return /scope does not match/i.test(said) ? 'scope' : 'denied';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'missing';
  return status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unclear';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy answers in HTML; what the status says has to do.
    return null;
  }
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/, '');
}
