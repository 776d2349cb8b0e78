import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes ten seconds or more, the longest first: begun last, one of them would run on alone while other workers idle.
 * Vitest knows durations of earlier runs only, and in a fresh clone goes by the size of files, which tells little.
 */
const LONG = [
  'platform/backup',
  'browser/console-list',
  'platform/embedded-postgres',
  'browser/demo',
  'browser/console-ways',
  'apps/server-start',
  'browser/console-answer',
  'apps/http-contract',
  'browser/console-two',
  'browser/console-mail',
  'mail/mail-large',
  'requests/replies-with-files',
  'intake/relay-install',
  'browser/console-day',
  'intake/unproven-mail',
  'intake/microsoft-sending',
  'intake/relay-simulated-gmail',
  'intake/intake-fixtures',
  'apps/jobs',
  'intake/microsoft',
  'requests/request-life',
  'apps/generated-client',
  'requests/requests-list',
  'outbox/http-deliveries',
  'requests/requests-plans',
  'mail/mail-pool',
  'browser/console-fields',
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
