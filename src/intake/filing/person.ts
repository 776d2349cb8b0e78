import type { Deps } from '../../platform/deps.ts';
import { parseAddresses } from '../../mail/headers/addresses.ts';
import { isListAddress } from '../../mail/kind/own-group.ts';
import { readForwardedSender } from '../../mail/trim/forwarded.ts';
import type { Address, ParsedMail } from '../../mail/parsed-mail.ts';
import type { GoodReading } from '../../mail/reading/read-mail.ts';
import { type IntakeMailbox, isOwnAddress, matchesAny } from '../../mailboxes/mailbox.ts';
import { isActiveOperator } from '../../people/operators/is-active-operator.ts';
import type { HandedOver } from './incoming-mail.ts';
import { hasAnotherReplyTo } from './queries.ts';

/** Whose matter a mail is, and who says so. */
export type Person = {
  readonly address: Address;
  /** The operator who forwarded it, when it was not the person who wrote to the mailbox. */
  readonly forwardedBy: string | null;
  /**
   * `sender`: the mail's verdict is about them. `declared`: a form or address that the mailbox knows names them.
   * `claimed`: nothing but the mail itself names them.
   */
  readonly namedBy: 'sender' | 'declared' | 'claimed';
};

type Written = {
  readonly mailbox: IntakeMailbox;
  readonly handedOver: HandedOver;
  readonly reading: GoodReading;
  readonly judged: { readonly class: string; readonly authenticity: string; readonly believed: boolean };
};

/** A list that writes in a person's name: `'Ann' via Help`, in the languages that mail services write it in. */
const VIA = /\S\s+(via|über|через|przez|tramite|através de|a través de)\s+\S/iu;

/**
 * The person behind a mail: who From says, unless it speaks for others. An operator's forward is of whom it forwards; a group
 * of the mailbox, a web form, the mailbox itself, a list that rewrote From and a From that has been seen with another Reply-To
 * speak for whom they name. None of this is believed of a mail that nobody vouches for. Null for a mail without a sender.
 */
export async function findPerson(deps: Pick<Deps, 'db'>, written: Written): Promise<Person | null> {
  const { mailbox, reading, judged } = written;
  const { from } = reading.mail;
  if (from === null) return null;
  const sender: Person = { address: from, forwardedBy: null, namedBy: 'sender' };
  if (!judged.believed || (judged.class !== 'human' && judged.class !== 'list')) return sender;
  const asked = reading.mail.replyTo.find(
    ({ address }) => address.includes('@') && address !== from.address && !isOwnAddress(mailbox, address),
  );
  if (judged.authenticity === 'verified') {
    const named = declaredPerson(written, from, asked) ?? (await forwardedPerson(deps, written, from));
    if (named !== null) return named;
  }
  const other = await claimedPerson(deps, written, from, asked);
  return other === undefined ? sender : { address: other, forwardedBy: null, namedBy: 'claimed' };
}

/** Whom an address that the mailbox knows to speak for others names. */
function declaredPerson(
  { mailbox, handedOver, reading }: Written,
  from: Address,
  asked: Address | undefined,
): Person | null {
  if (mailbox.groupAddresses.includes(from.address)) {
    const original = originalFrom(reading.mail);
    if (original !== undefined) return { address: original, forwardedBy: null, namedBy: 'sender' };
    return asked === undefined ? null : { address: asked, forwardedBy: null, namedBy: 'claimed' };
  }
  const isForm =
    matchesAny(from.address, mailbox.formSenders) ||
    (isOwnAddress(mailbox, from.address) && !handedOver.labels.includes('SENT'));
  return isForm && asked !== undefined ? { address: asked, forwardedBy: null, namedBy: 'declared' } : null;
}

async function forwardedPerson(
  deps: Pick<Deps, 'db'>,
  { mailbox, reading }: Written,
  from: Address,
): Promise<Person | null> {
  const forwarded = readForwardedSender(reading.mail);
  if (forwarded === null || forwarded.address === from.address || isOwnAddress(mailbox, forwarded.address))
    return null;
  if (!(await isActiveOperator(deps, from.address))) return null;
  return { address: forwarded, forwardedBy: from.address, namedBy: 'sender' };
}

/** Whom a mail names by itself, where its From is known to stand for several. */
async function claimedPerson(
  deps: Pick<Deps, 'db'>,
  { mailbox, reading }: Written,
  from: Address,
  asked: Address | undefined,
): Promise<Address | undefined> {
  const { mail } = reading;
  const original = originalFrom(mail);
  if (isListAddress(mail, from.address) && original !== undefined) return asked ?? original;
  if (asked === undefined) return undefined;
  if (original !== undefined || VIA.test(from.name) || isListAddress(mail, from.address)) return asked;
  const pair = { mailboxId: mailbox.id, from: from.address, replyTo: asked.address };
  return (await hasAnotherReplyTo(deps.db, pair)) ? asked : undefined;
}

function originalFrom(mail: ParsedMail): Address | undefined {
  const header = mail.headers.find(({ name }) => name === 'x-original-from');
  return header && parseAddresses(header.value).find(({ address }) => address.includes('@'));
}
