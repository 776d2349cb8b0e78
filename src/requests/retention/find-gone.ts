import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { seeVisibleRequest } from '../locks.ts';
import { findGoneParts, type GoneParts } from './queries.ts';

export type { GoneParts };

/** Which parts of a request its mailbox has let go of, and when; null: none. */
export async function findGone(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  { requestId }: { readonly requestId: number },
): Promise<GoneParts | null> {
  await seeVisibleRequest(deps.db, actor, { requestId });
  return findGoneParts(deps.db, requestId);
}
