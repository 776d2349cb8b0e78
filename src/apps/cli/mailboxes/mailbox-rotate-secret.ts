import { rotateSecret } from '../../../mailboxes/relay-secrets/rotate-secret.ts';
import { command } from '../command.ts';

export const mailboxRotateSecret = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Which mailbox.' },
    'revoke-old': {
      type: 'boolean',
      sentence:
        'Revokes the old one at once, because it leaked: email waits in Gmail until the relay has the new one.',
    },
  },
  async run(desk, values) {
    const rotated = await rotateSecret(
      desk,
      { kind: 'system' },
      { address: values.mailbox, revokeOld: values['revoke-old'] },
    );
    const old =
      rotated.oldSecretsValid === 0
        ? 'No older secret is valid: mail waits in Gmail until the relay has this one.'
        : 'The older one stays valid until the relay first uses this one.';
    return {
      text: `The new relay secret of ${rotated.address}:\n\n${rotated.secret}\n\nPut it into the relay project. ${old}\n`,
      json: rotated,
    };
  },
});
