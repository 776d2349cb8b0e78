import type { SourceWork } from '../sources/source-work.ts';
import { GOOGLE } from './google/endpoints.ts';
import { explainingGoogle } from './google/google-fault.ts';
import { describeReconciled, tellProgress } from './reconcile/describe-reconciled.ts';
import { reconcileMailbox } from './reconcile/reconcile-mailbox.ts';
import { reconcileNightly } from './reconcile/reconcile-nightly.ts';
import { relayHealth } from './relay/relay-health.ts';
import { watchRelays } from './relay/watch-relays.ts';

/** A relay hands its mail over: nothing is fetched, but its silence is told, and by night Google itself is asked. */
export const gmailWork: SourceWork = {
  async watch(deps) {
    await watchRelays(deps);
  },
  health: relayHealth,
  reconcileNightly: (deps, signal) => reconcileNightly(deps, { endpoints: deps.google ?? GOOGLE, signal }),
  async reconcile(deps, { tell, ...asked }) {
    const input = { ...asked, endpoints: deps.google ?? GOOGLE, onProgress: tellProgress(tell) };
    return describeReconciled(await explainingGoogle(() => reconcileMailbox(deps, input)), asked.apply);
  },
};
