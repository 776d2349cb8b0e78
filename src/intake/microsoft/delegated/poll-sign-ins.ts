import type { Actor } from '../../../people/access/actor.ts';
import { findOperator } from '../../../people/operators/find-operator.ts';
import { asActor } from '../../../people/operators/operator.ts';
import type { PersonDeps } from './begin-sign-in.ts';
import { askAfterCode } from './finish-sign-in.ts';
import { claimPoll, failSignIn, slowDown } from './sign-in-queries.ts';

/**
 * Asks Microsoft about every sign-in by a code that is due, in the name of whoever began it. Any number of processes may run
 * it at once: each code is asked about by one of them, as often as Microsoft allows.
 */
export async function pollSignIns(deps: PersonDeps): Promise<void> {
  for (;;) {
    const row = await claimPoll(deps.db, deps.clock.now());
    if (row === null) return;
    try {
      const actor = await actorOf(deps, row.operatorId);
      if (actor === null) await failSignIn(deps.db, row, 'Whoever began it may connect mailboxes no longer.');
      else if ((await askAfterCode(deps, actor, row)) === 'slower') await slowDown(deps.db, row.mailboxId);
    } catch (error) {
      const { mailboxId } = row;
      deps.log.warn({ error, mailboxId }, 'a sign-in could not be asked about; it is asked about again');
    }
  }
}

async function actorOf(deps: PersonDeps, operatorId: number | null): Promise<Actor | null> {
  const system = { kind: 'system' } as const;
  if (operatorId === null) return system;
  const operator = await findOperator(deps, system, { id: operatorId });
  return operator.active ? asActor(operator) : null;
}
