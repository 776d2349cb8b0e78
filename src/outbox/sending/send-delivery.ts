import { BucketFault } from '../../platform/bucket/bucket.ts';
import { readWhole } from '../../platform/bucket/read-stored.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { OutboxDeps } from '../deps.ts';
import { traced } from '../../platform/tracing/tracing.ts';
import { composeDeskMail } from '../../mail/outgoing/compose-desk-mail.ts';
import { composeMail } from '../../mail/outgoing/compose-mail.ts';
import { cleanText } from '../../mail/text.ts';
import { nextAttemptAfter, nextDeskAttempt, PRIORITIES } from '../delivery.ts';
import { type AttemptFacts, type Verdict, judgeResult } from './judge-result.ts';
import { listMessageAttachments } from './attempt-queries.ts';
import { markDraft } from '../deliveries/queries.ts';
import type { AttachedFile, StoredDraft } from '../smtp/smtp.ts';
import { withRatingLink } from '../notices/rating-link.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import type { ClaimedDelivery } from './claim-queries.ts';
import { type AttemptWriter, recordAttempt } from './record-attempt.ts';
import type { MailTransport } from '../smtp/transport.ts';

export type SendRun = {
  readonly owner: string;
  readonly attemptTimeoutMs: number;
  readonly random: () => number;
  readonly pauseFailures: number;
  readonly pausedSince: Date | null;
  readonly othersConnected: () => boolean;
  /** Ends sends that are under way: the process is stopping and cannot wait any longer. */
  readonly abort: AbortSignal;
};

export type SendDeps = Pick<OutboxDeps, 'db' | 'bucket' | 'clock' | 'log' | 'publicUrl' | 'deskComposers'> & {
  readonly transport: MailTransport;
  readonly results: AttemptWriter;
};

/** Sends one leased delivery and writes the result. Null when the lease was lost: another process has it now. */
export async function sendDelivery(
  deps: SendDeps,
  run: SendRun,
  delivery: ClaimedDelivery,
): Promise<Verdict | null> {
  const { id: deliveryId, kind, traceparent: parent } = delivery;
  const attributes = { 'mailroom.delivery.id': deliveryId, 'mailroom.delivery.kind': kind };
  const result = await traced({ name: 'send delivery', kind: 'consumer', parent, attributes }, () =>
    send(deps, run, delivery),
  );
  const now = deps.clock.now();
  const urgent = delivery.priority === PRIORITIES.signIn;
  const verdict = judgeResult({
    result,
    waiting: delivery.waiting,
    settledStates: delivery.settledStates,
    attemptCount: delivery.attemptCount,
    urgent,
    nextAttempt: (failures) =>
      delivery.desk === null
        ? nextAttemptAfter(failures, now, run.random)
        : nextDeskAttempt(failures, now, { urgent, worthUntil: new Date(delivery.desk.worthUntil) }),
    pauseFailures: run.pauseFailures,
    pausedSince: run.pausedSince,
    othersConnected: run.othersConnected(),
    now,
  });
  const { log } = deps;
  for (let tries = 1; ; tries++) {
    try {
      const written = await recordAttempt(deps, run.owner, delivery, verdict);
      if (!written)
        log.warn({ deliveryId: delivery.id }, 'lease lost while sending: a second copy is possible');
      return written ? verdict : null;
    } catch (error) {
      // A result that is not written is sent again after the lease: waiting a few seconds for a database that restarts
      // is worth it.
      if (tries === RECORD_TRIES) throw error;
      log.warn({ deliveryId: delivery.id, error }, 'result not written, trying again');
      await pause(250 * 2 ** tries);
    }
  }
}

const RECORD_TRIES = 6;

async function send(
  deps: SendDeps,
  run: SendRun,
  delivery: ClaimedDelivery,
): Promise<AttemptFacts['result']> {
  if (delivery.waiting.length === 0) {
    const reply = { code: null, enhancedCode: null, text: 'Nobody is left to send to' };
    return { kind: 'answered', accepted: [], refused: [], reply };
  }
  const mail = await mailOf(deps, delivery);
  if (typeof mail === 'string')
    return { kind: 'unsendable', reply: { code: null, enhancedCode: null, text: mail } };
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new Error(`No answer within ${Math.round(run.attemptTimeoutMs / 1000)} s`));
  }, run.attemptTimeoutMs);
  try {
    const to = delivery.waiting.map(({ address }) => address);
    const signal = AbortSignal.any([timeout.signal, run.abort]);
    const stored = storedDraft(deps, run, delivery, mail);
    return await traced({ name: 'SMTP', kind: 'client' }, () =>
      deps.transport.send(mail.mime, { from: delivery.from.address, to, stored }, signal),
    );
  } finally {
    clearTimeout(timer);
  }
}

function storedDraft(
  deps: SendDeps,
  { owner }: SendRun,
  delivery: ClaimedDelivery,
  { inParts }: FinishedMail,
): StoredDraft {
  const { id, internetMessageId, draftId, isRepeat } = delivery;
  return {
    internetMessageId,
    draftId,
    isRepeat,
    inParts,
    async keep(draft) {
      if (await markDraft(deps.db, { deliveryId: id, owner, ...draft })) return;
      throw new Error(`delivery ${id} is another process's by now`);
    },
  };
}

type FinishedMail = { readonly mime: Buffer; readonly inParts: StoredDraft['inParts'] };

/** A message that can be composed, with its files or some of them. */
type WrittenMail = {
  readonly compose: (files: readonly AttachedFile[]) => Promise<Buffer>;
  readonly files: readonly AttachedFile[];
};

/**
 * The finished message, or why it cannot be made. Rejects when the database is away: then no message fails, its lease runs
 * out.
 */
async function mailOf(deps: SendDeps, delivery: ClaimedDelivery): Promise<FinishedMail | string> {
  const written =
    delivery.desk === null ? await requestMailOf(deps, delivery) : await deskMailOf(deps, delivery);
  if (typeof written === 'string') return written;
  const { compose, files } = written;
  try {
    const inParts = async () => ({ mime: await compose([]), files });
    return { mime: await compose(files), inParts };
  } catch (error) {
    deps.log.error({ deliveryId: delivery.id, error }, 'mail cannot be composed');
    return cleanText(`Cannot be composed: ${String(error)}`);
  }
}

async function requestMailOf(
  deps: Pick<SendDeps, 'db' | 'bucket' | 'clock' | 'publicUrl' | 'transport'>,
  delivery: ClaimedDelivery,
): Promise<WrittenMail | string> {
  const { quoted, messageId } = delivery;
  const named = (addresses: readonly Address[]): readonly Address[] =>
    deps.transport.sendsToHeaders === undefined
      ? addresses
      : addresses.filter(({ address }) => delivery.waiting.some((each) => each.address === address));
  const attachments =
    delivery.attachedBytes === null || messageId === null
      ? []
      : await filesOf(deps, messageId).catch(unlessAway);
  if (typeof attachments === 'string') return attachments;
  const said = await withRatingLink(deps, delivery);
  const compose = (attachments: readonly AttachedFile[]): Promise<Buffer> =>
    composeMail({
      ...delivery,
      ...said,
      to: named(delivery.to),
      cc: named(delivery.cc),
      date: delivery.createdAt,
      quoted: quoted === null ? null : { ...quoted, at: new Date(quoted.at) },
      attachments,
      automatic: delivery.kind === 'notice' ? { loopMark: delivery.mailboxAddress } : null,
    });
  return { compose, files: attachments };
}

async function filesOf(deps: Pick<SendDeps, 'db' | 'bucket'>, messageId: number): Promise<AttachedFile[]> {
  const files: AttachedFile[] = [];
  for (const { id, size, content, ...file } of await listMessageAttachments(deps.db, messageId)) {
    const bytes = content ?? (await readWhole(deps, { what: 'attachment', id, size }));
    files.push({ ...file, content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
  }
  return files;
}

// A bucket that is away comes back; a file that it lost does not.
function unlessAway(error: unknown): string {
  if (error instanceof BucketFault && error.kind !== 'away') return `Cannot be composed: ${error.message}`;
  throw error;
}

async function deskMailOf(
  deps: Pick<SendDeps, 'clock' | 'deskComposers'>,
  { desk, to: [to], from, internetMessageId, createdAt }: ClaimedDelivery,
): Promise<WrittenMail | string> {
  if (desk === null || to === undefined)
    throw new Error('an email from the desk needs a recipient and a purpose');
  const worthUntil = new Date(desk.worthUntil);
  if (deps.clock.now() >= worthUntil) return 'Not sent: by now nobody waits for it';
  const written =
    desk.subject !== null && desk.text !== null
      ? { subject: desk.subject, text: desk.text }
      : await deps.deskComposers?.[desk.kind]?.({ ...desk, worthUntil, to });
  if (written === undefined) return `This version cannot compose a desk email of kind ${desk.kind}`;
  if (written === null) return 'Not sent: there is nothing left to report';
  const compose = (): Promise<Buffer> =>
    composeDeskMail({ internetMessageId, date: createdAt, from, to, ...written });
  return { compose, files: [] };
}
