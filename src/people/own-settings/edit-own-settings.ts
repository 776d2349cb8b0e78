import { givenFields } from '../../platform/given-fields.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidField } from '../../platform/problems.ts';
import type { OperatorActor } from '../access/actor.ts';
import { changeSignature } from '../operators/signature.ts';
import { readOwnAccount } from './find-own-account.ts';
import type { Notifications } from './notifications.ts';
import { isTimeZone, type OwnAccount, type OwnSettings } from './own-settings.ts';
import { knowsTimeZone, lockAccount, updateNotifications, upsertSettings } from './queries.ts';

export type OwnChanges = { readonly [Name in keyof OwnSettings]?: OwnSettings[Name] | undefined } & {
  readonly signature?: string | undefined;
  /** Those left out stay. */
  readonly notifications?:
    { readonly [Name in keyof Notifications]?: Notifications[Name] | undefined } | undefined;
};

/**
 * Changes the own settings of the operator who asks; fields left out stay. Every role may, for nobody else. Only the
 * signature leaves an event: the rest concerns nobody else.
 */
export async function editOwnSettings(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  changes: OwnChanges,
): Promise<OwnAccount> {
  const { signature, notifications, ...settings } = changes;
  const { operatorId } = actor;
  const zone = settings.timeZone ?? null;
  if (zone !== null && !(isTimeZone(zone) && (await knowsTimeZone(deps.db, zone)))) {
    throw invalidField('/timeZone', 'must be the name of a time zone such as Europe/Berlin');
  }
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    await lockAccount(tx, operatorId);
    const given = givenFields(settings);
    if (Object.keys(given).length > 0) {
      const before = await readOwnAccount(tx, operatorId);
      await upsertSettings(tx, operatorId, { ...before, ...given });
    }
    if (notifications !== undefined) {
      const before = (await readOwnAccount(tx, operatorId)).notifications;
      await updateNotifications(tx, operatorId, { ...before, ...givenFields(notifications) }, at);
    }
    if (signature !== undefined) await changeSignature(tx, actor, { operatorId, signature, at });
    return readOwnAccount(tx, operatorId);
  });
}
