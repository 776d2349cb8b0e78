import { type SendAlarmsDeps, sendAlarms } from '../alarms/send-alarms.ts';
import type { Deps } from '../deps.ts';
import { forgetIdempotencyKeys } from '../http/idempotency.ts';
import { reconcileNightly } from '../reconcile/reconcile-nightly.ts';
import type { GoogleEndpoints } from '../google/endpoints.ts';
import { watchRelays } from '../relays/watch-relays.ts';
import { closeResolved } from '../request-status/close-resolved.ts';
import { sendSignInLinks } from '../sign-in/send-sign-in-links.ts';
import type { Job, JobName } from './start-jobs.ts';

export type DeskJobsDeps = SendAlarmsDeps &
  Pick<Deps, 'keyring' | 'parsePool' | 'wakeDeliveries' | 'publicUrl'> & {
    readonly endpoints: GoogleEndpoints;
  };

/** What each cron item does. */
export function deskJobs(deps: DeskJobsDeps): Readonly<Record<JobName, Job>> {
  return {
    async 'watch-relays'() {
      await watchRelays(deps);
    },
    async 'send-alarms'(signal) {
      await sendAlarms(deps, signal);
    },
    async 'send-sign-in-links'(signal) {
      await sendSignInLinks(deps, signal);
    },
    async 'close-resolved'() {
      await closeResolved(deps);
    },
    async 'forget-idempotency-keys'() {
      await forgetIdempotencyKeys(deps);
    },
    reconcile: (signal) => reconcileNightly(deps, { endpoints: deps.endpoints, signal }),
  };
}
