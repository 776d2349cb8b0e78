import { withoutPlus } from '../../mail/headers/address-parts.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import { listOwnAddresses } from './queries.ts';

/**
 * Says which addresses lead into this desk, groups included and with or without a plus tag: a message of ours to one
 * would come back through the relay.
 */
export async function findOwnAddresses(tx: Queryable): Promise<(address: string) => boolean> {
  const own = new Set(await listOwnAddresses(tx));
  return (address) => own.has(withoutPlus(address));
}
