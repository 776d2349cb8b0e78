import { setTimeout as pause } from 'node:timers/promises';

const AGAIN_AFTER_MS = 200;

type Accepted = {
  readonly id: string;
  readonly requestId: number;
  readonly kind: 'new' | 'answer';
  readonly tookMs: number;
  readonly at: number;
};

/** A request that a mail opened, as its sender knows it. */
export type Thread = {
  readonly requestId: number;
  readonly from: string;
  readonly messageId: string;
  isClosed: boolean;
};

export type Done = {
  readonly accepted: Accepted[];
  /** Mails that were taken and filed into no request, such as those in quarantine. */
  readonly aside: { readonly id: string; readonly why: string }[];
  /** Mails that the relay handed over once more though they had been answered for. */
  again: number;
  /** The text of each answer that was taken, and the milliseconds of each list. */
  readonly answers: string[];
  readonly lists: { readonly at: number; readonly tookMs: number }[];
  closed: number;
  /** SHA-256 of every attachment in a mail or an answer that was taken. */
  readonly files: string[];
  heldBack: number;
};

export type World = {
  readonly random: () => number;
  /** An address of a process that answers now; a different one each time. */
  readonly anyUrl: () => string | null;
  readonly token: string;
  readonly done: Done;
  readonly threads: Thread[];
};

/** Repeats what was not answered, with whichever process answers, until it is. */
export async function untilAnswered<Value>(
  world: World,
  attempt: (url: string) => Promise<Value | null>,
): Promise<Value> {
  for (;;) {
    const url = world.anyUrl();
    const value = url === null ? null : await attempt(url);
    if (value !== null) return value;
    await pause(AGAIN_AFTER_MS);
  }
}
