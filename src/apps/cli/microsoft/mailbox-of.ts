import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { Problem } from '../../../platform/problems.ts';
import type { Desk } from '../command.ts';

/** The mailbox that a command is about. */
export async function mailboxOf(
  desk: Desk,
  text: string,
): Promise<{ readonly id: number; readonly address: string }> {
  const address = asciiAddress(text) ?? text;
  const mailbox = (await listMailboxes(desk, { kind: 'system' })).find((each) => each.address === address);
  if (mailbox === undefined) throw new Problem('not_found', `${address} is not a mailbox.`);
  return mailbox;
}
