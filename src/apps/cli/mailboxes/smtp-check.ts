import { checkTransport } from '../../../outbox/accounts/check-transport.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { Problem } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const smtpCheck = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', sentence: 'Which mailbox. Defaults to every mailbox.' },
  },
  async run(desk, values) {
    const all = await listMailboxes(desk, { kind: 'system' });
    const address = values.mailbox === undefined ? null : (asciiAddress(values.mailbox) ?? values.mailbox);
    const meant = all.filter((each) => address === null || each.address === address);
    if (meant.length === 0) {
      throw new Problem(
        'not_found',
        address === null ? 'There is no mailbox yet.' : `${address} is not a mailbox.`,
      );
    }
    const checks = [];
    for (const { id } of meant)
      checks.push(await checkTransport(desk, { kind: 'system' }, { mailboxId: id }));
    const lines = checks.flatMap(({ mailbox, fault, words, reply }) => [
      `${mailbox.address}: ${fault === null ? 'ok' : 'NOT OK'}. ${words}`,
      ...(reply === null ? [] : [`  ${reply.replaceAll('\n', '\n  ')}`]),
    ]);
    return {
      text: `${lines.join('\n')}\n`,
      json: checks,
      failed: checks.some(({ fault }) => fault !== null),
    };
  },
});
