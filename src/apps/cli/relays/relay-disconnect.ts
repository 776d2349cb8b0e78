import { findIntakeMailbox } from '../../../mailboxes/settings/find-intake-mailbox.ts';
import { giveBackAccess } from '../../../intake/gmail/google/access.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { Problem } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const relayDisconnect = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Which mailbox.' },
  },
  async run(desk, values) {
    const mailbox = await findIntakeMailbox(desk.db, asciiAddress(values.mailbox) ?? values.mailbox);
    if (mailbox === null) throw new Problem('not_found', `${values.mailbox} is not a mailbox.`);
    const { revoked } = await giveBackAccess(desk, mailbox, desk.google);
    const text = `The credentials of ${mailbox.address} are deleted; it is no longer compared with Gmail every night.\n`;
    return {
      text,
      json: { mailbox: mailbox.address, revoked },
      ...(revoked
        ? {}
        : {
            warning:
              'Google could not be reached: withdraw the permission at https://myaccount.google.com/permissions.',
          }),
    };
  },
});
