import { authenticateMail } from '../../mail/authenticity/authenticate.ts';
import type { Source } from '../sources/source.ts';

/** A Gmail account whose relay hands its mail over. Sent mail stays there: only a note to oneself has SENT and INBOX. */
export const gmail: Source = {
  name: 'gmail',
  authenticate: authenticateMail,
  handsOverSent: false,
  isNoteToSelf: (labels) => labels.includes('SENT') && labels.includes('INBOX'),
  threadRule: 'gmail_thread',
  account: 'Gmail',
  service: 'Gmail',
  page: 'connect',
  overdueAs: 'silentRelays',
  work: async () => (await import('./gmail-work.ts')).gmailWork,
  link: (sourceId) => `https://mail.google.com/mail/u/0/#all/${sourceId}`,
};
