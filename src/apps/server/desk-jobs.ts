import { sendDigests } from '../../requests/telling/send-digests.ts';
import { forgetFormPosts } from '../../intake/form/post-form.ts';
import { forgetSignIns } from '../../people/sign-in-links/accept-link.ts';
import { forgetIdempotencyKeys } from '../../platform/idempotency/idempotency.ts';
import { watchServices } from '../../outbox/services/watch-services.ts';
import { forgetNoticesToNew } from '../../outbox/notices/forget-notices-to-new.ts';
import type { SourceDeps, SourceWork } from '../../intake/sources/source-work.ts';
import { SOURCES } from '../../intake/sources/sources.ts';
import { applyTimeRules } from '../../intake/rules/acting/apply-time-rules.ts';
import { rebuildSearch } from '../../requests/search/rebuild-search.ts';
import { forgetAttempts } from '../../integrations/webhooks/posts/forget-attempts.ts';
import { tidyJira } from '../../integrations/jira/work-jira.ts';
import { applyRetention } from '../../requests/retention/apply-retention.ts';
import { extendCalendars } from '../../requests/calendars/extend-calendars.ts';
import { closeResolved } from '../../requests/life/auto-closing.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Job } from '../../platform/jobs/start-jobs.ts';
import type { CRON_ITEMS } from './cron-items.ts';

type JobName = (typeof CRON_ITEMS)[number]['task'];

export type DeskJobsDeps = SourceDeps & Pick<Deps, 'bucket' | 'scanner'>;

/** What each cron item does. */
export function deskJobs(deps: DeskJobsDeps): Readonly<Record<JobName, Job>> {
  return {
    async 'watch-sources'() {
      await eachSource(deps, async ({ watch }) => watch(deps));
    },
    async 'watch-services'() {
      await watchServices(deps);
    },
    async 'close-resolved'() {
      await closeResolved(deps);
    },
    async 'apply-time-rules'() {
      await applyTimeRules(deps);
    },
    async 'send-digests'() {
      await sendDigests(deps);
    },
    async 'forget-idempotency-keys'() {
      await forgetIdempotencyKeys(deps);
    },
    async 'forget-notices-to-new'() {
      await forgetNoticesToNew(deps);
    },
    async 'forget-form-posts'() {
      await forgetFormPosts(deps);
    },
    async 'forget-sign-ins'() {
      await forgetSignIns(deps);
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
    async 'apply-retention'(signal) {
      const runs = await applyRetention(deps, { signal });
      deps.log.info({ runs }, 'retention applied');
    },
    async 'rebuild-search'(signal) {
      await rebuildSearch(deps, { signal });
    },
    async reconcile(signal) {
      await eachSource(deps, async ({ reconcileNightly }) => reconcileNightly(deps, signal), signal);
    },
  };
}

/** Has every source do its part; one that fails keeps none of the others from theirs, and fails the job. */
async function eachSource(
  { log }: Pick<DeskJobsDeps, 'log'>,
  part: (work: SourceWork) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const failed = [];
  for (const source of Object.values(SOURCES)) {
    try {
      await part(await source.work());
    } catch (error) {
      signal?.throwIfAborted();
      log.error({ error, source: source.name }, 'a source could not do its part');
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
}
