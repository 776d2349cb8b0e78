import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { listMailboxRows, type MailboxRow } from './queries.ts';

export type { MailboxRow };

/** The mailboxes the actor may see, by address, each with what its relay last said and how many secrets are valid. */
export async function listMailboxes(deps: Pick<Deps, 'db'>, actor: Actor): Promise<readonly MailboxRow[]> {
  return listMailboxRows(deps.db, actor.kind === 'operator' ? actor.mailboxIds : null);
}
