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

export type GraphUpload = {
  readonly url: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** `bytes 0-99/1000` */
  readonly range: string;
  readonly signal?: AbortSignal | undefined;
};

/** One mailbox as Graph has it. Every fault is thrown as one of Microsoft's; an answer is read before the next call. */
export type Graph = {
  readonly address: string;
  readonly call: <Result>(call: GraphCall, read: (response: Response) => Promise<Result>) => Promise<Result>;
  /** A piece of a file, to where Microsoft said that it goes: that address is its own proof, and gets no token. */
  readonly upload: (piece: GraphUpload) => Promise<void>;
  /** Another mailbox by the same credentials, to see whether they reach it. */
  readonly of: (address: string) => Graph;
};

export type GraphDeps = {
  readonly graphUrl: string;
  readonly address: string;
  /** The token that holds; `renew` asks for another one, because that one was refused. */
  readonly token: (renew: boolean) => Promise<string>;
  readonly callsAtATime: number;
  /** Until when every process leaves the mailbox alone; throws a fault while that lasts. */
  readonly ensureAllowed: () => Promise<void>;
  /** Makes a call in its turn: few at a time for a mailbox, over all processes. */
  readonly inTurn: <Result>(call: () => Promise<Result>) => Promise<Result>;
  /** The mailbox is asked for less: kept for every process. */
  readonly noteThrottled: (retryAfterMs: number | null) => Promise<void>;
};

const TIMEOUT_MS = 120_000;

export function openGraph(deps: GraphDeps): Graph {
  const inSlot = createSlots(deps.callsAtATime);
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
      signal: within(call.signal),
    });
    if (!response.ok) throw graphError(await faultOf(response));
    return response;
  };

  const upload = async ({ url, body, range, signal }: GraphUpload): Promise<void> => {
    // What is in the message goes nowhere in the clear.
    if (!url.startsWith('https://') && !url.startsWith(`${deps.graphUrl}/`))
      throw graphError({ status: null, code: 'foreign_link', message: url, retryAfterMs: null });
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'content-range': range, 'content-type': 'application/octet-stream' },
      body,
      redirect: 'error',
      signal: within(signal),
    });
    if (!response.ok) throw graphError(await faultOf(response));
    await response.text();
  };

  const broken = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (graphFault(error) !== null) throw error;
      // A connection that broke, in the middle of the answer too.
      throw graphError({ status: null, code: '', message: String(error), retryAfterMs: null }, error);
    }
  };

  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> =>
    // First those of this process wait for each other, in order.
    inSlot(async () => {
      await deps.ensureAllowed();
      try {
        return await deps.inTurn(work);
      } catch (error) {
        const fault = graphFault(error);
        if (fault !== null && isThrottling(fault)) await deps.noteThrottled(fault.retryAfterMs);
        throw error;
      }
    });

  return {
    address: deps.address,
    of: (address) => openGraph({ ...deps, address }),
    upload: (piece) => inTurn(() => broken(() => upload(piece))),
    call: (call, read) =>
      inTurn(async () => {
        const once = (token: string) => broken(async () => read(await send(call, token)));
        try {
          return await once(await deps.token(false));
        } catch (error) {
          if (graphFault(error)?.status !== 401) throw error;
          return once(await deps.token(true));
        }
      }),
  };
}

/** Reads an answer that says nothing, so that its connection is free again. */
export async function drain(response: Response): Promise<void> {
  await response.text();
}

function within(signal: AbortSignal | undefined): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]);
}
