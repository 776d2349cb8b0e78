import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes ten seconds or more, the longest first: begun last, one of them would run on alone while other workers idle.
 * Vitest knows durations of earlier runs only, and in a fresh clone goes by the size of files, which tells little.
 */
const LONG = [
  'browser/console-list',
  'apps/server-start',
  'platform/embedded-postgres',
  'apps/http-contract',
  'browser/demo',
  'browser/console-ways',
  'browser/console-answer',
  'platform/backup',
  'intake/relay-day',
  'intake/microsoft-sending',
  'browser/console-two',
  'requests/requests-plans',
  'integrations/events',
  'intake/unproven-mail',
  'browser/console-day',
  'intake/relay-install',
  'outbox/http-deliveries',
  'intake/intake-fixtures',
  'requests/replies-with-files',
  'mail/mail-large',
  'intake/microsoft',
  'intake/relay-simulated-gmail',
  'intake/relay-endpoint',
  'apps/generated-client',
  'requests/erasure',
  'faults/deliveries-kill',
  'intake/person',
  'browser/console-below-path',
  'mail/mail-pool',
  'requests/request-life',
  'platform/bucket',
  'faults/deliveries-refusals',
  'requests/requests-list',
  'apps/jobs',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
