import type { OutboxDeps } from '../deps.ts';
import { refusalIn } from '../smtp/smtp.ts';
import { composeDeskMail } from '../../mail/outgoing/compose-desk-mail.ts';
import type { DueAlarm } from './alarm.ts';
import { claimDueAlarms, markAlarmAttempted, markAlarmSent } from './queries.ts';

export type SendAlarmsDeps = Pick<OutboxDeps, 'db' | 'clock' | 'log' | 'transports'>;

const MINUTE = 60_000;
/** Longer than a send may take, so that a process that died while sending leaves its alarm to another. */
const CLAIM_MS = 5 * MINUTE;
const SEND_WITHIN_MS = 2 * MINUTE;
/** News of yesterday's silence only confuse. */
const WORTH_SENDING_MS = 24 * 60 * MINUTE;

/**
 * Sends the alarms that are due, each at least once and again with its Message-ID until the server takes it or a day has
 * passed; returns how many left. Any number of processes may run it at once.
 */
export async function sendAlarms(deps: SendAlarmsDeps, signal?: AbortSignal): Promise<number> {
  const now = deps.clock.now();
  const due = await claimDueAlarms(deps.db, now, {
    until: new Date(now.getTime() + CLAIM_MS),
    notBefore: new Date(now.getTime() - WORTH_SENDING_MS),
  });
  let sent = 0;
  for (const alarm of due) if (await sendOne(deps, alarm, signal)) sent += 1;
  return sent;
}

async function sendOne(
  deps: SendAlarmsDeps,
  alarm: DueAlarm,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const transport = (await deps.transports.for(alarm.mailboxId))?.transport ?? null;
  const timeout = AbortSignal.timeout(SEND_WITHIN_MS);
  const result =
    transport === null
      ? 'there is no SMTP account'
      : refusalIn(
          await transport.send(
            await mimeOf(alarm),
            { from: alarm.mailboxAddress, to: [alarm.recipient] },
            signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
          ),
        );
  const now = deps.clock.now();
  if (result === null) {
    await markAlarmSent(deps.db, alarm.id, now);
    return true;
  }
  deps.log.error({ alarmId: alarm.id, reply: result }, 'an alarm could not be sent; it is tried again');
  const wait = Math.min(2 ** alarm.attemptCount, 60) * MINUTE;
  await markAlarmAttempted(deps.db, alarm.id, { reply: result, nextAt: new Date(now.getTime() + wait) });
  return false;
}

function mimeOf(alarm: DueAlarm): Promise<Buffer> {
  return composeDeskMail({
    internetMessageId: alarm.internetMessageId,
    date: alarm.createdAt,
    from: { name: alarm.mailboxName, address: alarm.mailboxAddress },
    to: { name: '', address: alarm.recipient },
    subject: alarm.subject,
    text: alarm.text,
  });
}
