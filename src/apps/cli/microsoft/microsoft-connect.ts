import { readFile } from 'node:fs/promises';
import { connectMicrosoft } from '../../../intake/microsoft/access/connecting.ts';
import { credentialsOf } from '../../../intake/microsoft/graph/credentials.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';
import { mailboxOf } from './mailbox-of.ts';
import { connectByCode, connectInBrowser } from './person.ts';

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
    device: {
      type: 'boolean',
      sentence: 'Instead of the app itself a person signs in: by a code that they enter on any device.',
    },
    browser: {
      type: 'boolean',
      sentence: 'Instead of the app itself a person signs in: in a browser, from the console.',
    },
    'secret-ends': {
      type: 'string',
      value: 'DATE',
      sentence:
        'When the secret or certificate expires, such as 2028-05-31. Admins get an email 30, 7 and 1 days before.',
    },
    'by-smtp': {
      type: 'boolean',
      sentence:
        'Answers leave by an SMTP account of the mailbox or the desk, and not through Microsoft Graph.',
    },
    'by-office-smtp': {
      type: 'boolean',
      sentence: 'Answers leave by smtp.office365.com, signed in with a token of the app.',
    },
    junk: { type: 'boolean', sentence: 'Fetches the Junk Email folder too.' },
  },
  async run(desk, values) {
    const { id: mailboxId, address } = await mailboxOf(desk, values.mailbox);
    const app = {
      tenantId: values.tenant,
      clientId: values['client-id'],
      secretEndsAt: values['secret-ends'] === undefined ? null : dateOf(values['secret-ends']),
      readsJunk: values.junk,
      sends: values['by-office-smtp']
        ? ('smtp' as const)
        : values['by-smtp']
          ? ('none' as const)
          : ('graph' as const),
    };
    if (values.device || values.browser) {
      const secret = (await textIn(values['secret-file']))?.trim() ?? null;
      const given = { mailbox: { id: mailboxId, address }, app: { ...app, secret } };
      return values.device ? connectByCode(desk, given) : connectInBrowser(desk, given);
    }
    const credentials = credentialsOf({
      secret: await textIn(values['secret-file']),
      certificate: await textIn(values['certificate-file']),
    });
    await connectMicrosoft(desk, { kind: 'system' }, { ...app, mailboxId, credentials });
    return {
      text: `${address} is fetched from Microsoft 365. See whether it can be: npx mailroom microsoft check --mailbox ${address}\n`,
      json: { mailbox: address, kind: credentials.kind },
    };
  },
});

async function textIn(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : readFile(file, 'utf8');
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(date.getTime()))
    throw invalidField('/secretEnds', 'is a date such as 2028-05-31');
  return date;
}
