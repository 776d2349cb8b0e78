import type { IntakeDeps } from '../../intake/deps.ts';
import { forgetIdempotencyKeys } from '../../platform/idempotency/idempotency.ts';
import { forgetNoticesToNew } from '../../outbox/notices/forget-notices-to-new.ts';
import { reconcileNightly } from '../../intake/gmail/reconcile/reconcile-nightly.ts';
import type { GoogleEndpoints } from '../../intake/gmail/google/endpoints.ts';
import { watchRelays } from '../../intake/gmail/relay/watch-relays.ts';
import { watchMicrosoft } from '../../intake/microsoft/access/watch-microsoft.ts';
import { reconcileMicrosoftNightly } from '../../intake/microsoft/reconcile/reconcile-microsoft.ts';
import { rebuildSearch } from '../../requests/search/rebuild-search.ts';
import { forgetAttempts } from '../../integrations/webhooks/posts/forget-attempts.ts';
import { tidyJira } from '../../integrations/jira/work-jira.ts';
import { extendCalendars } from '../../requests/calendars/extend-calendars.ts';
import { closeResolved } from '../../requests/life/auto-closing.ts';
import type { Job } from '../../platform/jobs/start-jobs.ts';
import type { CRON_ITEMS } from './cron-items.ts';

type JobName = (typeof CRON_ITEMS)[number]['task'];

export type DeskJobsDeps = Pick<
  IntakeDeps,
  'db' | 'clock' | 'log' | 'keyring' | 'parsePool' | 'wakeDeliveries' | 'publicUrl' | 'microsoft'
> & { readonly endpoints: GoogleEndpoints };

/** What each cron item does. */
export function deskJobs(deps: DeskJobsDeps): Readonly<Record<JobName, Job>> {
  return {
    async 'watch-relays'() {
      await watchRelays(deps);
    },
    async 'watch-microsoft'() {
      await watchMicrosoft(deps);
    },
    async 'close-resolved'() {
      await closeResolved(deps);
    },
    async 'forget-idempotency-keys'() {
      await forgetIdempotencyKeys(deps);
    },
    async 'forget-notices-to-new'() {
      await forgetNoticesToNew(deps);
    },
    async 'forget-webhook-attempts'() {
      await forgetAttempts(deps);
    },
    async 'tidy-jira'() {
      await tidyJira(deps);
    },
    async 'extend-calendars'() {
      await extendCalendars(deps);
    },
    async 'rebuild-search'(signal) {
      await rebuildSearch(deps, { signal });
    },
    async reconcile(signal) {
      await reconcileNightly(deps, { endpoints: deps.endpoints, signal });
      await reconcileMicrosoftNightly(deps, signal);
    },
  };
}
