import { setTimeout as pause } from 'node:timers/promises';
import type { Deps } from '../../platform/deps.ts';
import { type MailToCompose, composeMail } from '../../mail/outgoing/compose-mail.ts';
import { cleanText } from '../../mail/text.ts';
import { type Judged, type Verdict, judgeResult } from './judge-result.ts';
import { type ClaimedDelivery, listMessageAttachments } from './queries.ts';
import { recordAttempt } from './record-attempt.ts';
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

/** Sends one leased delivery and writes what came of it. Null: the lease was lost, another process has it now. */
export async function sendDelivery(
  deps: Pick<Deps, 'db' | 'clock' | 'log'> & { readonly transport: MailTransport },
  run: SendRun,
  delivery: ClaimedDelivery,
): Promise<Verdict | null> {
  const result = await send(deps, run, delivery);
  const verdict = judgeResult({
    ...delivery,
    ...run,
    result,
    othersConnected: run.othersConnected(),
    now: deps.clock.now(),
  });
  const { log } = deps;
  for (let tries = 1; ; tries++) {
    try {
      const written = await recordAttempt(deps, run.owner, delivery, verdict);
      if (!written)
        log.warn({ deliveryId: delivery.id }, 'lease lost while sending: a second copy is possible');
      return written ? verdict : null;
    } catch (error) {
      // What is not written now is sent again after the lease: a database that restarts is worth a few seconds.
      if (tries === RECORD_TRIES) throw error;
      log.warn({ deliveryId: delivery.id, error }, 'result not written, trying again');
      await pause(250 * 2 ** tries);
    }
  }
}

const RECORD_TRIES = 6;

async function send(
  deps: Pick<Deps, 'db' | 'log'> & { readonly transport: MailTransport },
  run: SendRun,
  delivery: ClaimedDelivery,
): Promise<Judged['result']> {
  if (delivery.waiting.length === 0) {
    const reply = { code: null, enhancedCode: null, text: 'Nobody is left to send to' };
    return { kind: 'answered', accepted: [], refused: [], reply };
  }
  // Outside of the try: a database that is away fails no mail, the lease runs out and it goes again.
  const mail = await mailOf(deps, delivery);
  let mime: Buffer;
  try {
    mime = await composeMail(mail);
  } catch (error) {
    deps.log.error({ deliveryId: delivery.id, error }, 'mail cannot be composed');
    return {
      kind: 'unsendable',
      reply: { code: null, enhancedCode: null, text: cleanText(`Cannot be composed: ${String(error)}`) },
    };
  }
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new Error(`No answer within ${Math.round(run.attemptTimeoutMs / 1000)} s`));
  }, run.attemptTimeoutMs);
  try {
    const to = delivery.waiting.map(({ address }) => address);
    const signal = AbortSignal.any([timeout.signal, run.abort]);
    return await deps.transport.send(mime, { from: delivery.from.address, to }, signal);
  } finally {
    clearTimeout(timer);
  }
}

async function mailOf(deps: Pick<Deps, 'db'>, delivery: ClaimedDelivery): Promise<MailToCompose> {
  const { quoted } = delivery;
  return {
    ...delivery,
    date: delivery.createdAt,
    quoted: quoted === null ? null : { ...quoted, at: new Date(quoted.at) },
    attachments:
      delivery.attachedBytes === null ? [] : await listMessageAttachments(deps.db, delivery.messageId),
    automatic: delivery.kind === 'notice' ? { loopMark: delivery.mailboxAddress } : null,
  };
}
