import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';

/** Jira's way to say no. */
export class RefusedCall extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export function refusal(status: number, message: string, errors: Record<string, string> = {}): RefusedCall {
  return new RefusedCall(status, { errorMessages: message === '' ? [] : [message], errors });
}

export const NOT_FOUND = 'Issue does not exist or you do not have permission to see it.';

/** Refuses what the simulation does not know: a caller that sends it would learn nothing from an answer. */
export function onlyQuery(c: Context, names: readonly string[]): URLSearchParams {
  const query = new URL(c.req.url).searchParams;
  const unknown = [...query.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw refusal(400, `fake: unknown query parameter ${unknown}`);
  return query;
}

/** A JSON body of these keys and no others. */
export async function onlyBody(c: Context, names: readonly string[]): Promise<Record<string, unknown>> {
  const body: unknown = await c.req.json().catch(() => {
    throw refusal(400, 'fake: the body is no JSON');
  });
  if (typeof body !== 'object' || body === null) throw refusal(400, 'fake: the body is no object');
  onlyKeys(body, names);
  return body as Record<string, unknown>;
}

export function onlyKeys(value: object, names: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw refusal(400, `fake: unknown key ${unknown}`);
}

/** A page of a list that is read by places. */
export function pageOf<Row>(query: URLSearchParams, rows: readonly Row[], most = 100) {
  const startAt = Number(query.get('startAt') ?? 0);
  const maxResults = Number(query.get('maxResults') ?? 50);
  if (maxResults > 200) throw refusal(400, "Parameter 'maxResults' must not exceed the limit '200'");
  const size = Math.min(maxResults, most);
  return {
    page: rows.slice(startAt, startAt + size),
    place: { startAt, maxResults: size, total: rows.length },
  };
}

/** Turns what a route throws into an answer. */
export function answerRefusal(error: Error): Response {
  if (error instanceof RefusedCall)
    return Response.json(error.body, { status: error.status, headers: error.headers });
  if (error instanceof HTTPException) return error.getResponse();
  throw error;
}
