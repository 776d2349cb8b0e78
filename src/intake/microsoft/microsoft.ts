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
  service: 'Outlook',
  link: (sourceId) =>
    `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(sourceId)}&exvsurl=1&viewmodel=ReadMessageItem`,
};
