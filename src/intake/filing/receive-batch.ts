import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { isTransient } from '../../platform/db/errors.ts';
import type { IntakeDeps } from '../deps.ts';
import { fileMail } from './file-mail.ts';
import type { HandedOver, Outcome } from './incoming-mail.ts';
import { readHandedOver, type ReadMail } from './read-mail.ts';

export type ReceiveDeps = Pick<IntakeDeps, 'db' | 'clock' | 'log' | 'parsePool' | 'wakeDeliveries'>;

/** What became of a message handed over; `retry` asks its source for it again. */
export type Received = {
  readonly sourceId: string;
  readonly status: 'accepted' | 'duplicate' | 'retry';
  readonly outcome: Outcome | null;
  readonly requestId: number | null;
  readonly reason: string | null;
};

/**
 * As many threads as there usually are have work meanwhile. All of a batch, read at once, would be in memory until it ends, and
 * what lives so long costs several times as much to clear away.
 */
const READ_AHEAD = 4;

/**
 * Files the messages of one batch in their order and answers for each, each in its transaction, while those that come next are
 * read. One that fails costs no other; what is not filed when `deadline` aborts is `retry`.
 */
export async function receiveBatch(
  deps: ReceiveDeps,
  mailbox: IntakeMailbox,
  batch: readonly HandedOver[],
  deadline: AbortSignal,
): Promise<Received[]> {
  const expired = Promise.withResolvers<'expired'>();
  const expire = (): void => expired.resolve('expired');
  deadline.addEventListener('abort', expire);
  try {
    return await receiveInTurn(deps, mailbox, batch, { deadline, expired: expired.promise });
  } finally {
    // A signal that somebody listens to lives until it aborts, and all that its promise has been raced with lives with it.
    deadline.removeEventListener('abort', expire);
  }
}

async function receiveInTurn(
  deps: ReceiveDeps,
  mailbox: IntakeMailbox,
  batch: readonly HandedOver[],
  { deadline, expired }: { readonly deadline: AbortSignal; readonly expired: Promise<'expired'> },
): Promise<Received[]> {
  const ahead: Promise<ReadMail>[] = [];
  let begun = 0;
  const readAhead = (upTo: number): void => {
    for (const handedOver of batch.slice(begun, upTo)) {
      const reading = readHandedOver(deps, mailbox, handedOver);
      // Each is awaited in its turn below; until then a failure must not count as unhandled.
      reading.catch(() => {});
      ahead.push(reading);
      begun += 1;
    }
  };
  const results: Received[] = [];
  for (const [place, { sourceId }] of batch.entries()) {
    if (deadline.aborted) {
      results.push(retry(sourceId, 'out_of_time'));
      continue;
    }
    readAhead(place + READ_AHEAD);
    const reading = ahead.shift()!;
    // A filing that ends after its time is committed all the same; the message then comes again as a duplicate.
    const result = await Promise.race([receive(deps, mailbox, sourceId, reading), expired]);
    results.push(result === 'expired' ? retry(sourceId, 'out_of_time') : result);
  }
  return results;
}

async function receive(
  deps: ReceiveDeps,
  mailbox: IntakeMailbox,
  sourceId: string,
  reading: Promise<ReadMail>,
): Promise<Received> {
  try {
    const filed = await fileMail(deps, mailbox, await reading);
    if (filed.queuedDelivery) deps.wakeDeliveries();
    const { status, outcome, requestId, reason } = filed;
    return { sourceId, status, outcome, requestId, reason };
  } catch (error) {
    const transient = isTransient(error);
    deps.log.error(
      { error, sourceId, mailboxId: mailbox.id, transient },
      'a message was not filed; it comes again',
    );
    return retry(sourceId, transient ? 'database_unavailable' : 'internal_error');
  }
}

/** The answer for a message that was not filed: its source keeps it and hands it over again. */
function retry(sourceId: string, reason: string): Received {
  return { sourceId, status: 'retry', outcome: null, requestId: null, reason };
}
