import { checkConnection } from '../../../intake/microsoft/access/check-connection.ts';
import { command } from '../command.ts';
import { mailboxOf } from './mailbox-of.ts';

export const microsoftCheck = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Which mailbox.' },
    foreign: {
      type: 'string',
      value: 'ADDRESS',
      sentence: 'Another mailbox of the tenant, which must be refused.',
    },
  },
  async run(desk, values) {
    const { id: mailboxId } = await mailboxOf(desk, values.mailbox);
    const { ok, lines } = await checkConnection(
      desk,
      { kind: 'system' },
      { mailboxId, foreign: values.foreign ?? null },
    );
    return { text: `${lines.join('\n')}\n`, json: { ok, lines }, failed: !ok };
  },
});
