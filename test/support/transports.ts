import type { MailTransport } from '../../src/outbox/smtp/transport.ts';
import { accountFor, type SmtpAccount, type Transports } from '../../src/outbox/accounts/transports.ts';

/** One account for every mailbox, or none at all. */
export function oneAccount(transport: MailTransport | null, dailyLimit: number | null = null): Transports {
  const accounts: SmtpAccount[] =
    transport === null ? [] : [{ key: 'main', transport, dailyLimit, serves: { except: [] } }];
  return {
    list: async () => accounts,
    for: async (mailboxId) => accountFor(accounts, mailboxId),
    close: () => transport?.close(),
  };
}
