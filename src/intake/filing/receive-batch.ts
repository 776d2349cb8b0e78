import { isTransient } from '../../platform/db/errors.ts';
import type { IntakeDeps } from '../deps.ts';
import type { RelayMailbox } from '../../mailboxes/relay-secrets/find-relay-mailbox.ts';
import { handedOverFrom, readHandedOver } from './read-handed-over.ts';
import { fileMail, type ReadMail } from './file-mail.ts';
import { type RelayMessage, type RelayResult, retryResult } from '../gmail/relay/relay-contract.ts';

export type ReceiveDeps = Pick<IntakeDeps, 'db' | 'clock' | 'log' | 'parsePool' | 'wakeDeliveries'>;

/**
 * Files the mails of one post in their order and answers for each. All are read first, side by side in worker threads;
 * then each has its transaction. A mail that fails costs no other; what is not filed when `deadline` aborts is `retry`.
 */
export async function receiveBatch(
  deps: ReceiveDeps,
  mailbox: RelayMailbox,
  messages: readonly RelayMessage[],
  deadline: AbortSignal,
): Promise<RelayResult[]> {
  const expired = new Promise<'expired'>((resolve) => {
    if (deadline.aborted) resolve('expired');
    else deadline.addEventListener('abort', () => resolve('expired'), { once: true });
  });
  const read = messages.map((message) => {
    const reading = readHandedOver(deps, mailbox, handedOverFrom(message));
    // Each is awaited in its turn below; until then a failure must not count as unhandled.
    reading.catch(() => {});
    return { message, reading };
  });
  const results: RelayResult[] = [];
  for (const { message, reading } of read) {
    results.push(
      deadline.aborted
        ? retryResult(message.id, 'out_of_time')
        : await fileInTime(deps, mailbox, message, reading, expired),
    );
  }
  return results;
}

async function fileInTime(
  deps: ReceiveDeps,
  mailbox: RelayMailbox,
  message: RelayMessage,
  reading: Promise<ReadMail>,
  expired: Promise<'expired'>,
): Promise<RelayResult> {
  try {
    // A filing that ends after its time is committed all the same; the mail then comes again as a duplicate.
    const result = await Promise.race([fileAndAnswer(deps, mailbox, message, reading), expired]);
    return result === 'expired' ? retryResult(message.id, 'out_of_time') : result;
  } catch (error) {
    const transient = isTransient(error);
    deps.log.error(
      { error, gmailId: message.id, mailboxId: mailbox.id, transient },
      'a mail was not filed; it comes again',
    );
    return retryResult(message.id, transient ? 'database_unavailable' : 'internal_error');
  }
}

async function fileAndAnswer(
  deps: ReceiveDeps,
  mailbox: RelayMailbox,
  message: RelayMessage,
  reading: Promise<ReadMail>,
): Promise<RelayResult> {
  const filed = await fileMail(deps, mailbox, await reading);
  if (filed.queuedDelivery) deps.wakeDeliveries();
  return {
    id: message.id,
    status: filed.status,
    outcome: filed.outcome,
    requestId: filed.requestId,
    reason: filed.reason,
  };
}
