import type { Db } from '../../platform/db/connect.ts';
import { markSentAs } from '../deliveries/queries.ts';

/** Notes the Message-IDs that a service gave to what left through it: people answer to those. Others' messages are passed over. */
export async function noteSentAs(
  db: Db,
  stored: readonly { readonly sourceId: string; readonly internetMessageId: string | null }[],
): Promise<void> {
  const named = stored.flatMap(({ sourceId, internetMessageId: sentAs }) =>
    sentAs === null ? [] : [{ draftId: sourceId, sentAs }],
  );
  if (named.length > 0) await markSentAs(db, named);
}
