import type { Queryable } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../access/actor.ts';
import { DEFAULT_SETTINGS, type OwnAccount } from './own-settings.ts';
import { findAccountRow, findNotifications, findSettingsRow } from './queries.ts';

/** The operator who asks, with what they have set for themselves. */
export async function findOwnAccount(deps: Pick<Deps, 'db'>, actor: OperatorActor): Promise<OwnAccount> {
  return readOwnAccount(deps.db, actor.operatorId);
}

/** The same, as a transaction sees it. */
export async function readOwnAccount(db: Queryable, operatorId: number): Promise<OwnAccount> {
  const [account, settings, notifications] = await Promise.all([
    findAccountRow(db, operatorId),
    findSettingsRow(db, operatorId),
    findNotifications(db, operatorId),
  ]);
  if (account === null || notifications === null)
    throw new Problem('not_found', `There is no operator ${operatorId}.`);
  return { ...account, ...(settings ?? DEFAULT_SETTINGS), notifications };
}
