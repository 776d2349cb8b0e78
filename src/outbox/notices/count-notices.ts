import type { Queryable } from '../../platform/db/connect.ts';
import type { NoticeCounts } from './notice-caps.ts';
import { countNoticesSince } from '../../requests/replies/queries.ts';

/** What a request, its contact and its mailbox have been sent automatically within the last hour. */
export async function countNotices(
  tx: Queryable,
  about: {
    readonly requestId: number | null;
    readonly contactId: number;
    readonly mailboxId: number;
    readonly at: Date;
  },
): Promise<NoticeCounts> {
  return countNoticesSince(tx, { ...about, since: new Date(about.at.getTime() - 3_600_000) });
}
