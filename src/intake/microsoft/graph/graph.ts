import { randomUUID } from 'node:crypto';
import { faultOf, graphError, graphFault, isThrottling } from './graph-fault.ts';
import { createSlots } from './slots.ts';

export type GraphCall = {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the mailbox: `/messages/…`; or one of Microsoft's own links, followed as it is. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly prefer?: string;
  readonly signal?: AbortSignal | undefined;
};

/** One mailbox as Graph has it. Every fault is thrown as one of Microsoft's; an answer is read before the next call. */
export type Graph = {
  readonly address: string;
  readonly call: <Result>(call: GraphCall, read: (response: Response) => Promise<Result>) => Promise<Result>;
  /** Another mailbox by the same credentials, to see whether they reach it. */
  readonly of: (address: string) => Graph;
};

export type GraphDeps = {
  readonly graphUrl: string;
  readonly address: string;
  /** The token that holds; `renew` asks for another one, because that one was refused. */
  readonly token: (renew: boolean) => Promise<string>;
  /** Until when every process leaves the mailbox alone; throws a fault while that lasts. */
  readonly ensureAllowed: () => Promise<void>;
  /** The mailbox is asked for less: kept for every process. */
  readonly noteThrottled: (retryAfterMs: number | null) => Promise<void>;
};

/** Microsoft allows four calls at a time for an app and a mailbox; a second process needs the other two. */
const MAX_CALLS_AT_A_TIME = 2;
const TIMEOUT_MS = 120_000;

export function openGraph(deps: GraphDeps): Graph {
  const inSlot = createSlots(MAX_CALLS_AT_A_TIME);
  const user = `${deps.graphUrl}/v1.0/users/${encodeURIComponent(deps.address)}`;

  const send = async (call: GraphCall, token: string): Promise<Response> => {
    const isLink = /^https?:/.test(call.path);
    // A link that leads elsewhere would be given the token.
    if (isLink && !call.path.startsWith(`${deps.graphUrl}/`))
      throw graphError({ status: null, code: 'foreign_link', message: call.path, retryAfterMs: null });
    const response = await fetch(isLink ? call.path : `${user}${call.path}`, {
      method: call.method ?? 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        // Without it an id changes whenever the message is moved.
        prefer: ['IdType="ImmutableId"', ...(call.prefer === undefined ? [] : [call.prefer])].join(', '),
        'client-request-id': randomUUID(),
        ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      redirect: 'error',
      signal: AbortSignal.any([
        AbortSignal.timeout(TIMEOUT_MS),
        ...(call.signal === undefined ? [] : [call.signal]),
      ]),
    });
    if (!response.ok) throw graphError(await faultOf(response));
    return response;
  };

  const once = async <Result>(
    call: GraphCall,
    read: (response: Response) => Promise<Result>,
    token: string,
  ): Promise<Result> => {
    try {
      return await read(await send(call, token));
    } catch (error) {
      if (graphFault(error) !== null) throw error;
      // A connection that broke, in the middle of the answer too.
      throw graphError({ status: null, code: '', message: String(error), retryAfterMs: null }, error);
    }
  };

  return {
    address: deps.address,
    of: (address) => openGraph({ ...deps, address }),
    call: (call, read) =>
      inSlot(async () => {
        await deps.ensureAllowed();
        try {
          try {
            return await once(call, read, await deps.token(false));
          } catch (error) {
            if (graphFault(error)?.status !== 401) throw error;
            return await once(call, read, await deps.token(true));
          }
        } catch (error) {
          const fault = graphFault(error);
          if (fault !== null && isThrottling(fault)) await deps.noteThrottled(fault.retryAfterMs);
          throw error;
        }
      }),
  };
}
