import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { PackedReading, ParseJob } from './parse-worker.ts';
import type { FailureReason, MailReading, ReadContext } from './read-mail.ts';
import { isQuick } from './quick-mail.ts';

export type ParsePoolOptions = {
  /** Threads at most; each starts with the first message that finds no free one. */
  readonly size: number;
  /** How much of its thread's processor time one message may take, in milliseconds. Defaults to 5000. */
  readonly deadlineMs?: number;
  /** The JavaScript heap of one thread, in MB. Defaults to 256. */
  readonly maxOldSpaceMb?: number;
  /** After this long without work a thread ends and frees its memory. Defaults to a minute. */
  readonly idleMs?: number;
  /** Plain messages of at most so many bytes are read where they arrive. Defaults to 16 KiB. */
  readonly quickBytes?: number;
  /** The module a thread runs; tests put a stalling one in its place. */
  readonly entry?: URL;
};

export type ParsePool = {
  readonly read: (raw: Uint8Array, context: ReadContext) => Promise<MailReading>;
  readonly close: () => Promise<void>;
};

/**
 * A deadline is counted in slices. While the whole process stands still no thread reads, and no slice ends either: of a
 * freeze of any length one slice counts, instead of all of it against an email that has nothing wrong with it.
 */
const DEADLINE_SLICES = 20;
/** By the clock an email may take this many deadlines, while other processes hold the processor: a busy machine is not the email's fault. */
const MAX_DEADLINES = 3;

const QUICK_BYTES = 16_384;

type PendingRead = {
  readonly raw: Uint8Array;
  readonly context: ReadContext;
  readonly settle: (reading: MailReading | Promise<MailReading>) => void;
};
type Thread = {
  readonly worker: Worker;
  ready: boolean;
  job: PendingRead | null;
  timer: NodeJS.Timeout | null;
};

/**
 * Reads emails: those that `isQuick` vouches for at once, a turn of the event loop each, because passing them to a thread and back
 * costs more than reading them; all others in threads. `read` never rejects and leaves `raw` as it is: an email that stalls or kills its thread costs that
 * thread alone and comes back as a failed reading. After `close`, waiting emails come back as `crashed`.
 */
export function createParsePool(options: ParsePoolOptions): ParsePool {
  const { size, deadlineMs = 5000, maxOldSpaceMb = 256, idleMs = 60_000 } = options;
  const entry = options.entry ?? new URL('./parse-worker.ts', import.meta.url);
  const threads = new Set<Thread>();
  const queue: PendingRead[] = [];
  const quickBytes = options.quickBytes ?? QUICK_BYTES;
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;

  const pump = (): void => {
    for (const thread of threads) {
      if (queue.length === 0) return;
      if (thread.ready && thread.job === null) give(thread, queue.shift()!);
    }
    const starting = [...threads].filter((thread) => !thread.ready).length;
    if (queue.length > starting && threads.size < size) start();
  };

  const start = (): void => {
    const worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: maxOldSpaceMb } });
    const thread: Thread = { worker, ready: false, job: null, timer: null };
    threads.add(thread);
    worker.on('message', (message: 'ready' | PackedReading) => {
      if (message === 'ready') thread.ready = true;
      else finish(thread, unpack(message));
      rest(thread);
      pump();
    });
    worker.on('error', (error: NodeJS.ErrnoException) =>
      lose(thread, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crashed', String(error)),
    );
    worker.on('exit', (code) => lose(thread, 'crashed', `the thread ended with ${code}`));
  };

  const give = (thread: Thread, job: PendingRead): void => {
    if (thread.timer !== null) clearTimeout(thread.timer);
    thread.job = job;
    let slices = 0;
    const before = processorMs(thread.worker);
    const check = async (): Promise<void> => {
      const spent = (await processorMs(thread.worker)) - (await before);
      if (thread.job === job && spent >= deadlineMs) lose(thread, 'deadline');
    };
    thread.timer = setInterval(() => {
      slices += 1;
      if (slices === DEADLINE_SLICES * MAX_DEADLINES) lose(thread, 'deadline');
      else if (slices >= DEADLINE_SLICES) void check();
    }, deadlineMs / DEADLINE_SLICES);
    thread.worker.ref();
    const raw = new Uint8Array(job.raw);
    thread.worker.postMessage({ raw, context: job.context } satisfies ParseJob, [raw.buffer]);
  };

  const finish = (thread: Thread, reading: MailReading): void => {
    const job = thread.job;
    thread.job = null;
    job?.settle(reading);
  };

  /** A thread without work must not keep the process alive, nor its memory for ever. */
  const rest = (thread: Thread): void => {
    if (thread.timer !== null) clearTimeout(thread.timer);
    thread.worker.unref();
    thread.timer = setTimeout(() => lose(thread, 'crashed'), idleMs).unref();
  };

  const lose = (thread: Thread, reason: FailureReason, detail = ''): void => {
    if (!threads.delete(thread)) return;
    if (thread.timer !== null) clearTimeout(thread.timer);
    void thread.worker.terminate();
    // A thread that dies before it is ready takes a waiting message with it, or one that cannot start would be tried for ever.
    const job = thread.job ?? (thread.ready ? undefined : queue.shift());
    thread.job = null;
    job?.settle(failed(job.raw, reason, detail));
    if (!closed) pump();
  };

  const readHere = (raw: Uint8Array, context: ReadContext): Promise<MailReading> => {
    const reading = turn.then(async () => (await import('./read-mail.ts')).readMail(raw, context));
    turn = reading.then(() => nextTurn());
    return reading;
  };

  return {
    read: (raw, context) =>
      new Promise((settle) => {
        if (closed) return settle(failed(raw, 'crashed'));
        if (isQuick(raw, quickBytes)) return settle(readHere(raw, context));
        queue.push({ raw, context, settle });
        pump();
      }),
    close: async () => {
      closed = true;
      for (const job of queue.splice(0)) job.settle(failed(job.raw, 'crashed'));
      const workers = [...threads].map((thread) => thread.worker);
      for (const thread of threads) lose(thread, 'crashed');
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

// What reads mail is loaded with the first message: before that it would take memory for nothing.
async function failed(raw: Uint8Array, reason: FailureReason, detail?: string): Promise<MailReading> {
  return (await import('./read-mail.ts')).failedReading(raw, reason, detail);
}

/**
 * The processor time a thread has used; beyond every deadline once it has ended, when its own end says more. A runtime that
 * cannot tell says the same from the start, so that nothing seems spent and the clock's limit alone ends a thread.
 */
async function processorMs(worker: Worker): Promise<number> {
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  } catch {
    return Number.MAX_VALUE;
  }
}

function unpack({ reading, contents, lengths }: PackedReading): MailReading {
  if (!reading.ok) return reading;
  let at = 0;
  const attachments = reading.mail.attachments.map((attachment, index) => {
    const content = contents.subarray(at, at + lengths[index]!);
    at += lengths[index]!;
    return { ...attachment, content };
  });
  return { ...reading, mail: { ...reading.mail, attachments } };
}
