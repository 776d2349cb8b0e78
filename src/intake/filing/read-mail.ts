import type { ParsePool } from '../../mail/reading/parse-pool.ts';
import type { MailReading } from '../../mail/reading/read-mail.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { isOwnAddress } from '../../mailboxes/mailbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { messageSourceOf } from '../sources/sources.ts';
import type { Authenticity } from '../../mail/authenticity/authenticate.ts';
import type { MailClass } from '../../mail/kind/kind.ts';
import type { HandedOver } from './incoming-mail.ts';
import { findPerson, type Person } from './person.ts';

/** The class of a message and whether its sender is genuine, each with the header or rule that decided it. */
export type Judged = {
  readonly class: MailClass;
  readonly classReason: string;
  readonly authenticity: Authenticity;
  readonly authenticityReason: string;
  /** The receiving server vouches for the sender, or the message never crossed the internet. */
  readonly believed: boolean;
};

/** A message ready to be filed: handed over, read and judged before any lock is taken. */
export type ReadMail = {
  readonly handedOver: HandedOver;
  readonly reading: MailReading;
  readonly judged: Judged;
  /** Whose matter it is; null if it could not be read or names nobody. */
  readonly person: Person | null;
};

/** Reads one message in a worker thread, before any lock is taken; of an oversize one only the headers. */
export async function readHandedOver(
  deps: Pick<Deps, 'db'> & { readonly parsePool: ParsePool },
  mailbox: IntakeMailbox,
  handedOver: HandedOver,
): Promise<ReadMail> {
  const raw = handedOver.raw ?? headerBlock(handedOver.headers ?? []);
  const reading = await deps.parsePool.read(raw, {
    mailboxAddress: mailbox.address,
    groupAddresses: mailbox.groupAddresses,
  });
  const judged = judge(reading, handedOver, mailbox);
  const person = reading.ok ? await personOf(deps, { mailbox, handedOver, reading, judged }) : null;
  return { handedOver, reading, judged, person };
}

async function personOf(
  deps: Pick<Deps, 'db'>,
  written: Parameters<typeof findPerson>[1],
): Promise<Person | null> {
  const { from } = written.reading.mail;
  if (messageSourceOf(written.handedOver.source).typed === undefined || from === null)
    return findPerson(deps, written);
  return { address: from, forwardedBy: null, namedBy: 'sender' };
}

/** Combines what the message says about itself with Gmail's labels. */
function judge(reading: MailReading, handedOver: HandedOver, mailbox: IntakeMailbox): Judged {
  if (!reading.ok) {
    return {
      class: 'human',
      classReason: 'not read',
      authenticity: 'unverified',
      authenticityReason: 'not read',
      believed: false,
    };
  }
  const { classification, mail } = reading;
  const source = messageSourceOf(handedOver.source);
  // The owner's own message never crossed the internet, so no server checked it; the label SENT proves that the owner
  // wrote it.
  const byOwner =
    mail.from !== null && isOwnAddress(mailbox, mail.from.address) && source.isNoteToSelf(handedOver.labels);
  const authentication = source.authenticate(mail, mailbox);
  const authenticity = byOwner ? 'verified' : authentication.verdict;
  return {
    ...(source.typed === undefined
      ? { class: classification.class, classReason: classification.decidedBy }
      : { class: 'human', classReason: 'typed on a page' }),
    authenticity,
    authenticityReason: byOwner ? 'label SENT' : authentication.reason,
    believed: authenticity === 'verified' || authenticity === 'unchecked',
  };
}

function headerBlock(headers: readonly (readonly [string, string])[]): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, ' ')}\r\n`);
  return Buffer.from(`${lines.join('')}\r\n`, 'utf8');
}
