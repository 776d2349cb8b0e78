import { authenticateByExchange } from '../../mail/authenticity/authenticate-by-exchange.ts';
import type { Source } from '../sources/source.ts';

/** A Microsoft 365 mailbox whose folders are read through Graph. A note to oneself is two messages, one of them in SENT. */
export const microsoft: Source = {
  name: 'microsoft',
  authenticate: (mail, mailbox) =>
    authenticateByExchange(mail, {
      believed: mailbox.authenticity === 'receiver',
      tenantDomains: mailbox.tenantDomains,
    }),
  handsOverSent: true,
  isNoteToSelf: () => false,
  threadRule: 'conversation',
  account: 'Microsoft 365',
  service: 'Outlook',
  page: 'microsoft',
  overdueAs: 'unreadMicrosoft',
  work: async () => (await import('./microsoft-work.ts')).microsoftWork,
};
