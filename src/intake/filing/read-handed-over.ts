import type { IntakeDeps } from '../deps.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { actualSender } from './actual-sender.ts';
import type { ReadMail } from './read-mail.ts';
import type { HandedOver } from './incoming-mail.ts';
import { judge } from './judge.ts';

/** Reads one mail in a worker thread, before any lock is taken; of an oversize one, its headers. */
export async function readHandedOver(
  deps: Pick<IntakeDeps, 'parsePool' | 'db'>,
  mailbox: IntakeMailbox,
  handedOver: HandedOver,
): Promise<ReadMail> {
  const raw = handedOver.raw ?? headerBlock(handedOver.headers ?? []);
  const reading = await deps.parsePool.read(raw, {
    mailboxAddress: mailbox.address,
    groupAddresses: mailbox.groupAddresses,
  });
  const judged = judge(reading, handedOver, mailbox);
  const sender = reading.ok ? await actualSender(deps, mailbox, reading, judged) : null;
  return { handedOver, reading, judged, sender };
}

function headerBlock(headers: readonly (readonly [string, string])[]): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, ' ')}\r\n`);
  return Buffer.from(`${lines.join('')}\r\n`, 'utf8');
}
