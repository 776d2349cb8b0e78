import { disconnectMicrosoft } from '../../../intake/microsoft/access/connecting.ts';
import { command } from '../command.ts';
import { mailboxOf } from './mailbox-of.ts';

export const microsoftDisconnect = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Which mailbox.' },
  },
  async run(desk, values) {
    const { id: mailboxId, address } = await mailboxOf(desk, values.mailbox);
    await disconnectMicrosoft(desk, { kind: 'system' }, { mailboxId });
    return {
      text: `The credentials of ${address} are deleted; it is not fetched any more. Delete the app's secret in Entra as well.\n`,
      json: { mailbox: address },
    };
  },
});
