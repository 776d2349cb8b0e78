import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { invalidField } from '../../platform/problems.ts';
import { servesMailbox } from '../access/permissions.ts';
import { holdTeamRow, listTeamIds } from './queries.ts';

/** A team that work is given to, as it stays until the transaction ends; null when there is none. */
export async function holdTeam(
  tx: Transaction,
  teamId: number,
): Promise<{ readonly mailboxIds: readonly number[] | null } | null> {
  return holdTeamRow(tx, teamId);
}

/** Refuses a team that there is not, or that does not serve the mailbox of what it is given: whoever gives may not know which. */
export async function ensureTeamServes(tx: Transaction, teamId: number, mailboxId: number): Promise<void> {
  const team = await holdTeam(tx, teamId);
  if (team === null || !servesMailbox(team, mailboxId))
    throw invalidField('/teamId', "is not a team that serves the request's mailbox");
}

/** The teams in which an operator is. */
export async function listTeamIdsOf(db: Queryable, operatorId: number): Promise<readonly number[]> {
  return listTeamIds(db, operatorId);
}
