import type { Queryable } from '../../platform/db/connect.ts';
import { Problem } from '../../platform/problems.ts';
import type { OutgoingContext } from './outgoing-context.ts';
import * as queries from '../../requests/replies/queries.ts';

/** What composing a mail of a request needs; the caller holds the request's lock, so that it is there. */
export async function findOutgoingContext(tx: Queryable, requestId: number): Promise<OutgoingContext> {
  const context = await queries.findOutgoingContext(tx, requestId);
  if (context === null) throw new Problem('not_found', `There is no request ${requestId}`);
  return context;
}
