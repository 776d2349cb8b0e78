import type { ParsePool } from '../../mail/reading/parse-pool.ts';
import type { MailReading } from '../../mail/reading/read-mail.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { isOwnAddress } from '../../mailboxes/mailbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { SOURCES } from '../sources/sources.ts';
import type { Authenticity, HandedOver, MailClass } from './incoming-mail.ts';
import { findPerson, type Person } from './person.ts';

/** What a mail is and whether its sender is who it says, each with the header or rule that decided it. */
export type Judged = {
  readonly class: MailClass;
  readonly classReason: string;
  readonly authenticity: Authenticity;
  readonly authenticityReason: string;
  /** Somebody vouches for the sender: the receiving server, or that it never crossed the internet. */
  readonly believed: boolean;
};

/** A mail ready to be filed: handed over, read and judged, all before any lock is taken. */
export type ReadMail = {
  readonly handedOver: HandedOver;
  readonly reading: MailReading;
  readonly judged: Judged;
  /** Whose matter the mail is; null for one that could not be read or names nobody. */
  readonly person: Person | null;
};

/** Reads one mail in a worker thread, before any lock is taken; of an oversize one, its headers. */
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
  const person = reading.ok ? await findPerson(deps, { mailbox, handedOver, reading, judged }) : null;
  return { handedOver, reading, judged, person };
}

/** Puts together what the mail says of itself and what its source says of it. */
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
  const source = SOURCES[handedOver.source];
  // Such a mail never crossed the internet, so no server checked it; the label is the proof that the owner wrote it.
  const byOwner =
    mail.from !== null && isOwnAddress(mailbox, mail.from.address) && source.isNoteToSelf(handedOver.labels);
  const authentication = source.authenticate(mail, mailbox);
  const authenticity = byOwner ? 'verified' : authentication.verdict;
  return {
    class: classification.class,
    classReason: classification.decidedBy,
    authenticity,
    authenticityReason: byOwner ? 'label SENT' : authentication.reason,
    believed: authenticity === 'verified' || authenticity === 'unchecked',
  };
}

function headerBlock(headers: readonly (readonly [string, string])[]): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, ' ')}\r\n`);
  return Buffer.from(`${lines.join('')}\r\n`, 'utf8');
}
