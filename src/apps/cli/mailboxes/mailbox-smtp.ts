import { removeTransport, setTransport } from '../../../outbox/accounts/set-transport.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { invalidField, Problem } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const mailboxSmtp = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Which mailbox.' },
    url: {
      type: 'string',
      value: 'URL',
      sentence:
        'The account, in the form of SMTP_URL: smtps://user%40example.com:password@smtp.gmail.com:465.',
    },
    'oauth-client-id': {
      type: 'string',
      value: 'ID',
      sentence: 'The OAuth client to sign in with instead of a password.',
    },
    'oauth-client-secret': { type: 'string', value: 'SECRET', sentence: "That client's secret." },
    'oauth-refresh-token': {
      type: 'string',
      value: 'TOKEN',
      sentence: 'A refresh token with the scope https://mail.google.com/.',
    },
    'daily-limit': {
      type: 'string',
      value: 'COUNT',
      sentence: 'The most recipients in 24 hours. Defaults to no limit.',
    },
    remove: { type: 'boolean', sentence: 'Removes the account; the mailbox sends through SMTP_URL again.' },
  },
  async run(desk, values) {
    const actor = { kind: 'system' } as const;
    const address = asciiAddress(values.mailbox) ?? values.mailbox;
    const mailbox = (await listMailboxes(desk, actor)).find((each) => each.address === address);
    if (mailbox === undefined) throw new Problem('not_found', `${address} is not a mailbox.`);
    const mailboxId = mailbox.id;
    if (values.remove) {
      await removeTransport(desk, actor, { mailboxId });
      return { text: `${address} sends through SMTP_URL.\n`, json: { address, account: null } };
    }
    if (values.url === undefined) throw invalidField('/url', 'is needed, or --remove');
    await setTransport({ ...desk, wakeDeliveries() {} }, actor, {
      mailboxId,
      url: values.url,
      oauth: oauthOf(values),
      dailyLimit: values['daily-limit'] === undefined ? null : countOf(values['daily-limit']),
    });
    const account = await desk.transports.for(mailboxId);
    return {
      text: `${address} sends through ${account?.transport.account}. Try it: npx mailroom smtp check --mailbox ${address}\n`,
      json: { address, account: account?.transport.account ?? null },
    };
  },
});

function oauthOf(values: {
  readonly 'oauth-client-id': string | undefined;
  readonly 'oauth-client-secret': string | undefined;
  readonly 'oauth-refresh-token': string | undefined;
}) {
  const {
    'oauth-client-id': clientId,
    'oauth-client-secret': clientSecret,
    'oauth-refresh-token': refreshToken,
  } = values;
  if (clientId === undefined && clientSecret === undefined && refreshToken === undefined) return null;
  if (clientId === undefined) throw invalidField('/oauthClientId', 'is needed for OAuth');
  if (clientSecret === undefined) throw invalidField('/oauthClientSecret', 'is needed for OAuth');
  if (refreshToken === undefined) throw invalidField('/oauthRefreshToken', 'is needed for OAuth');
  return { clientId, clientSecret, refreshToken };
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw invalidField('/dailyLimit', 'is a whole number from 1');
  return Number(text);
}
