import type { Clock } from '../../platform/clock.ts';
import { parseMail } from '../../mail/reading/parse-mail.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { invalidField } from '../../platform/problems.ts';
import type { Catcher } from './catcher.ts';
import type { DemoMail } from './demo-mail.ts';
import { type asGmailReceives, composeLetter, type Letter } from './letter.ts';

/** A letter as it came from the form; an answer gives the id of the email that it answers. */
export type NewLetter = Omit<Letter, 'from' | 'inReplyTo'> & {
  readonly name: string;
  readonly address: string;
  readonly inReplyTo: string | null;
  /** Sent by somebody else under this name and address. */
  readonly forged: boolean;
};

export type ContactSide = ReturnType<typeof createContactSide>;

/** The mail programs of everybody who writes to the desk: what they wrote, and what was caught for them. */
export function createContactSide(deps: {
  /** The desk's mailbox at its service, and the headers that it adds on arrival. */
  readonly mailbox: {
    readonly deliver: (raw: Buffer) => Promise<{ readonly id: string }>;
    readonly asReceived: typeof asGmailReceives;
  };
  readonly catcher: Pick<Catcher, 'mails'>;
  readonly clock: Clock;
  readonly deskAddress: string;
}) {
  const { deskAddress } = deps;
  const written: DemoMail[] = [];
  let count = 0;

  const all = (): readonly DemoMail[] =>
    [...written, ...deps.catcher.mails()].sort((a, b) => a.at.getTime() - b.at.getTime());
  const find = (id: string): DemoMail | null => all().find((mail) => mail.id === id) ?? null;

  /** Sends an email to the desk's Gmail account; refuses what no mail program would send. */
  async function write(input: NewLetter): Promise<DemoMail> {
    const address = senderAddress(input.address, deskAddress);
    if (input.text.trim() === '' && input.attachments.length === 0) throw invalidField('/text', 'is empty');
    const parent = input.inReplyTo === null ? null : find(input.inReplyTo);
    if (input.inReplyTo !== null && parent === null)
      throw invalidField('/inReplyTo', 'is not an email of this demo');
    const at = deps.clock.now();
    const from = { name: input.name.trim(), address };
    // An impostor has seen none of the desk's emails and knows neither their ids nor the request's reply address.
    const inReplyTo = input.forged ? null : parent;
    const letter = await composeLetter({ ...input, from, inReplyTo }, deskAddress, at);
    const raw = deps.mailbox.asReceived(letter, { deskAddress, from: address, forged: input.forged, at });
    const mail = await parseMail(raw);
    const arrival = await deps.mailbox.deliver(raw);
    count += 1;
    const kept: DemoMail = {
      id: `written-${count}`,
      at,
      raw,
      mail,
      owners: [address],
      written: { gmailId: arrival.id, forged: input.forged },
    };
    written.push(kept);
    return kept;
  }

  return {
    write,
    find,
    all,
    /** Everything in one person's mailbox, oldest first. */
    mailsOf: (address: string) => all().filter((mail) => mail.owners.includes(address.toLowerCase())),
    /** Everybody who wrote or was written to, the latest first, with the name they last used. */
    people(): readonly { readonly address: string; readonly name: string }[] {
      const names = new Map<string, string>();
      for (const { owners, mail, written: own } of all().toReversed()) {
        for (const owner of owners) {
          if (names.get(owner)) continue;
          names.set(owner, own === null ? nameIn(mail.to, owner) : (mail.from?.name ?? ''));
        }
      }
      return [...names].map(([address, name]) => ({ address, name }));
    },
  };
}

function senderAddress(text: string, deskAddress: string): string {
  const address = asciiAddress(text.trim());
  if (address === null) throw invalidField('/address', 'is not an email address');
  if (address === deskAddress) throw invalidField('/address', 'is the desk itself: write as somebody else');
  return address;
}

function nameIn(
  list: readonly { readonly name: string; readonly address: string }[],
  address: string,
): string {
  return list.find((each) => each.address === address)?.name ?? '';
}
