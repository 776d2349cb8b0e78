import type { Deps } from '../../platform/deps.ts';
import { parseAddresses } from '../../mail/headers/addresses.ts';
import { readForwardedSender } from '../../mail/trim/forwarded.ts';
import type { Address, ParsedMail } from '../../mail/parsed-mail.ts';
import type { GoodReading } from '../../mail/reading/read-mail.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { isActiveOperator } from '../../people/operators/is-active-operator.ts';
import type { Judged } from './judge.ts';

/** Whose matter a mail is. */
export type Sender = {
  readonly address: Address;
  /** The operator who forwarded it, when it was not the sender who wrote to the mailbox. */
  readonly forwardedBy: string | null;
};

/**
 * The person behind a mail: who From says, unless the mailbox's own Google Group rewrote From (then X-Original-From) or
 * an operator forwarded somebody's mail (then who wrote that). Both are believed of verified mail only; anybody could
 * write such headers and blocks. Null for a mail without a sender.
 */
export async function actualSender(
  deps: Pick<Deps, 'db'>,
  mailbox: IntakeMailbox,
  reading: GoodReading,
  judged: Judged,
): Promise<Sender | null> {
  const { mail } = reading;
  if (mail.from === null) return null;
  const written = { address: mail.from, forwardedBy: null };
  if (judged.authenticity !== 'verified' || (judged.class !== 'human' && judged.class !== 'list'))
    return written;

  if (mailbox.groupAddresses.includes(mail.from.address)) {
    const original = originalFrom(mail);
    return original === null ? written : { address: original, forwardedBy: null };
  }
  const forwarded = readForwardedSender(mail);
  if (forwarded === null || forwarded.address === mail.from.address || forwarded.address === mailbox.address)
    return written;
  if (!(await isActiveOperator(deps, mail.from.address))) return written;
  return { address: forwarded, forwardedBy: mail.from.address };
}

function originalFrom(mail: ParsedMail): Address | null {
  const header = mail.headers.find(({ name }) => name === 'x-original-from');
  if (header === undefined) return null;
  return parseAddresses(header.value).find(({ address }) => address.includes('@')) ?? null;
}
