import { MessageChannel, Worker } from 'node:worker_threads';
import type { Arrival, ArrivalOptions } from './account.ts';
import type { LogLine, RunEnd, ScriptFunction } from '../script/apps-script.ts';
import { createPoster } from './poster.ts';
import type { MessageSummary, WorkerCalls, WorkerInput, WorkerReply } from './protocol.ts';

export type SimulatedGmail = {
  /** An email arrives from outside; Gmail's filters label it. */
  readonly deliver: (raw: Uint8Array | string, options?: ArrivalOptions) => Promise<Arrival>;
  /** The owner sends an email, from the web or over SMTP: it lies in Sent, and in the inbox when it is to the owner. */
  readonly send: (raw: Uint8Array | string) => Promise<Arrival>;
  /** Run a function of the script now. A run that throws, as Google would mail to the owner, rejects. */
  readonly setup: () => Promise<void>;
  readonly tick: () => Promise<void>;
  readonly status: () => Promise<void>;
  readonly uninstall: () => Promise<void>;
  /** Runs tick again and again with this pause; faults go to `onFault`. */
  readonly runEvery: (ms: number) => void;
  /** As a filter made by the owner; the label must exist. */
  readonly addFilter: (criteria: Readonly<Record<string, string>>, label: string) => Promise<void>;
  /** All emails, newest first, with the names of their labels. */
  readonly messages: () => Promise<readonly MessageSummary[]>;
  readonly labelsOf: (id: string) => Promise<readonly string[]>;
  /** Moves the account's clock ahead of the real one. */
  readonly advance: (ms: number) => Promise<void>;
  /** Serves the account's Gmail API on a loopback socket and says its root URL. */
  readonly serve: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

export type SimulatedGmailOptions = {
  readonly address: string;
  readonly scriptCode: string;
  readonly manifest: string;
  readonly onLog?: (line: LogLine) => void;
  readonly onFault?: (error: Error) => void;
};

/**
 * A Gmail account with the relay script in it, in a thread of its own, whose web requests are real ones. The script
 * blocks while it waits and the server may live in this very process.
 */
export function startSimulatedGmail(options: SimulatedGmailOptions): Promise<SimulatedGmail> {
  const { port1, port2 } = new MessageChannel();
  const answered = new SharedArrayBuffer(4);
  const input: WorkerInput = { ...pick(options), port: port2, answered };
  const worker = new Worker(new URL('./gmail-worker.ts', import.meta.url), {
    workerData: input,
    transferList: [port2],
  });
  const poster = createPoster({ port: port1, answered });
  const fail = options.onFault ?? ((error: Error) => worker.emit('error', error));
  const { call, reject } = createCaller(worker);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function run(name: ScriptFunction): Promise<void> {
    const { end, log } = (await call('run', name)) as { end: RunEnd; log: LogLine[] };
    for (const line of log) options.onLog?.(line);
    if (end.end === 'threw') throw new Error(end.message);
    if (end.end === 'killed') throw new Error(`${name} exceeded the maximum execution time`);
  }

  function again(ms: number): void {
    timer = setTimeout(() => {
      void run('tick')
        .catch((error: Error) => {
          if (!stopped) fail(error);
        })
        .then(() => {
          if (!stopped) again(ms);
        });
    }, ms);
  }

  const simulated: SimulatedGmail = {
    deliver: (raw, arrival = {}) => call('deliver', bytes(raw), arrival) as Promise<Arrival>,
    send: (raw) => call('send', bytes(raw)) as Promise<Arrival>,
    setup: () => run('setup'),
    tick: () => run('tick'),
    status: () => run('status'),
    uninstall: () => run('uninstall'),
    runEvery: again,
    addFilter: (criteria, label) => call('addFilter', criteria, label) as Promise<void>,
    messages: () => call('messages') as Promise<readonly MessageSummary[]>,
    labelsOf: (id) => call('labelsOf', id) as Promise<readonly string[]>,
    advance: (ms) => call('advance', ms) as Promise<void>,
    serve: () => call('serve') as Promise<string>,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      poster.close();
      await worker.terminate();
      reject(new Error('the simulated Gmail account has been stopped'));
    },
  };
  return new Promise((resolve, refuse) => {
    worker.once('online', () => resolve(simulated));
    worker.once('error', refuse);
    worker.on('error', reject);
  });
}

/** Numbers the calls into the thread and hands each answer to its caller. */
function createCaller(worker: Worker) {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let dead: Error | undefined;
  let calls = 0;
  worker.on('message', (reply: WorkerReply) => {
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) caller?.resolve(reply.value);
    else caller?.reject(new Error(reply.error));
  });
  return {
    call: (name: keyof WorkerCalls, ...args: readonly unknown[]) =>
      new Promise<unknown>((resolve, reject) => {
        if (dead) return reject(dead);
        calls += 1;
        waiting.set(calls, { resolve, reject });
        worker.postMessage({ id: calls, name, args });
      }),
    reject: (error: Error): void => {
      dead = error;
      for (const caller of waiting.values()) caller.reject(error);
      waiting.clear();
    },
  };
}

function bytes(raw: Uint8Array | string): Uint8Array {
  return typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
}

function pick({ address, scriptCode, manifest }: SimulatedGmailOptions) {
  return { address, scriptCode, manifest };
}
