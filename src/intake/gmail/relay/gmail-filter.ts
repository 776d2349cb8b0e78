export type GmailFilterOptions = {
  /**
   * Keeps Gmail from treating messages to this account as spam. Left out, spam stays out of the desk, and what somebody
   * then marks as not spam is still relayed, because it already has the label.
   */
  readonly neverSpam: boolean;
  readonly updatedAt: Date;
};

// Google sends these to this account too; filed, they would become requests.
const GOOGLE_REPORTS = [
  'apps-scripts-notifications@google.com',
  'noreply-apps-scripts-notifications@google.com',
];

/** A Gmail search for what the filter leaves alone: the account's own mail, and Google's about the relay. */
export const NOT_FOR_THE_DESK = `from:(${['me', ...GOOGLE_REPORTS].join(' OR ')})`;

/** A Gmail search for Google's reports on the relay. */
export const REPORTS_ON_THE_RELAY = `from:(${GOOGLE_REPORTS.join(' OR ')})`;

/**
 * The file for Gmail's "Import filters": mail that the account did not send itself gets the label mailroom/queue, named
 * rather than by id, so that it needs no access to the account. Gmail's own export has this form (Atom).
 */
export function gmailFilter({ neverSpam, updatedAt }: GmailFilterOptions): string {
  const updated = updatedAt.toISOString().replace(/\.\d+Z$/, 'Z');
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:apps='http://schemas.google.com/apps/2006'>
  <title>Mail Filters</title>
  <id>tag:mail.google.com,2008:filters:1</id>
  <updated>${updated}</updated>
  <entry>
    <category term='filter'></category>
    <title>Mail Filter</title>
    <id>tag:mail.google.com,2008:filter:1</id>
    <updated>${updated}</updated>
    <content></content>
    <apps:property name='doesNotHaveTheWord' value='${NOT_FOR_THE_DESK}'/>
    <apps:property name='label' value='mailroom/queue'/>
${neverSpam ? "    <apps:property name='shouldNeverSpam' value='true'/>\n" : ''}  </entry>
</feed>
`;
}
