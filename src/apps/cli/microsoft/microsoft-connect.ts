import { readFile } from 'node:fs/promises';
import { connectMicrosoft } from '../../../intake/microsoft/access/connecting.ts';
import { credentialsOf, type MicrosoftCredentials } from '../../../intake/microsoft/graph/credentials.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';
import { mailboxOf } from './mailbox-of.ts';

export const microsoftConnect = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Which mailbox.' },
    tenant: {
      type: 'string',
      value: 'ID',
      required: true,
      sentence: 'The tenant: its id or one of its domains.',
    },
    'client-id': {
      type: 'string',
      value: 'ID',
      required: true,
      sentence: "The app's application (client) id.",
    },
    'secret-file': {
      type: 'string',
      value: 'FILE',
      sentence: "A file with the app's client secret; /dev/stdin reads it from standard input.",
    },
    'certificate-file': {
      type: 'string',
      value: 'FILE',
      sentence: 'Instead of a secret: a file with a certificate and its private key, both in PEM.',
    },
    'secret-ends': {
      type: 'string',
      value: 'DATE',
      sentence:
        'When the secret or certificate expires, such as 2028-05-31. Admins get an email 30, 7 and 1 days before.',
    },
    'by-smtp': {
      type: 'boolean',
      sentence: 'Answers leave by SMTP, and not through Microsoft as they do otherwise.',
    },
    junk: { type: 'boolean', sentence: 'Fetches the Junk Email folder too.' },
  },
  async run(desk, values) {
    const { id: mailboxId, address } = await mailboxOf(desk, values.mailbox);
    const credentials = await credentialsIn(values['secret-file'], values['certificate-file']);
    await connectMicrosoft(
      desk,
      { kind: 'system' },
      {
        mailboxId,
        tenantId: values.tenant,
        clientId: values['client-id'],
        credentials,
        secretEndsAt: values['secret-ends'] === undefined ? null : dateOf(values['secret-ends']),
        readsJunk: values.junk,
        sends: !values['by-smtp'],
      },
    );
    return {
      text: `${address} is fetched from Microsoft 365. See whether it can be: npx mailroom microsoft check --mailbox ${address}\n`,
      json: { mailbox: address, kind: credentials.kind },
    };
  },
});

async function credentialsIn(
  secretFile: string | undefined,
  certificateFile: string | undefined,
): Promise<MicrosoftCredentials> {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'));
  return credentialsOf({ secret: await read(secretFile), certificate: await read(certificateFile) });
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(date.getTime()))
    throw invalidField('/secretEnds', 'is a date such as 2028-05-31');
  return date;
}
