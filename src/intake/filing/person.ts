import type { Deps } from '../../platform/deps.ts';
import { parseAddresses } from '../../mail/headers/addresses.ts';
import { isListAddress } from '../../mail/kind/own-group.ts';
import { readForwardedSender } from '../../mail/trim/forwarded.ts';
import type { Address, ParsedMail } from '../../mail/parsed-mail.ts';
import type { GoodReading } from '../../mail/reading/read-mail.ts';
import { type IntakeMailbox, isOwnAddress, matchesAny } from '../../mailboxes/mailbox.ts';
import { isActiveOperator } from '../../people/operators/is-active-operator.ts';
import type { HandedOver } from './incoming-mail.ts';
import { hasAnotherReplyTo } from './filing-queries.ts';

/** Whose matter a message is, and who says so. */
export type Person = {
  readonly address: Address;
  /** The operator who forwarded it, if the person did not write to the mailbox directly. */
  readonly forwardedBy: string | null;
  /**
   * `sender`: the verdict on the message is about them. `declared`: a form or address that the mailbox knows names
   * them. `claimed`: only the message itself names them.
   */
  readonly namedBy: 'sender' | 'declared' | 'claimed';
};

type Written = {
  readonly mailbox: IntakeMailbox;
  readonly handedOver: HandedOver;
  readonly reading: GoodReading;
  readonly judged: { readonly class: string; readonly authenticity: string; readonly believed: boolean };
};

/** A list that writes in a person's name: `'Ann' via Help`, `Ann（Help 経由）`, as mail services write it in several languages. */
const VIA =
  /\S\s+(?:v[ií]a|über|через|чрез|przez|za pośrednictwem|prostřednictvím|prostredníctvom|tramite|através de|a través de|gennem|gjennom|genom|prin|putem|preko|μέσω|qua|melalui)\s+\S|\S\s*(?:経由|通过|透過|经由|經由|통해)|\S\s+(?:aracılığıyla|kautta|közvetítésével)(?!\p{L})/iu;

/**
 * Finds the person behind a message: the sender in From, unless From speaks for others. An operator's forward belongs
 * to the person it forwards. A group of the mailbox, a web form, the mailbox itself, a list that rewrote From, and a
 * From that was seen with another Reply-To speak for the person they name. None of this is believed of an unverified
 * message. Null for a message without a sender.
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

/** The person named by an address that the mailbox knows to speak for others. */
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

/** The person a message names by itself, where its From is known to stand for several. */
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
