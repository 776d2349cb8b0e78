import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure, type Figures, type Proof } from './proof.ts';

/** Tests that do a little of something in `npm test`; with PROOF set they do many times as much. */
const FILES = [
  'test/apps/http-contract.test.ts',
  'test/apps/http-hostile.test.ts',
  'test/browser/console-below-path.test.ts',
  'test/browser/console-list.test.ts',
  'test/browser/console-mail.test.ts',
  'test/browser/console-ways.test.ts',
  'test/faults/deliveries-kill.test.ts',
  'test/intake/intake-fixtures.test.ts',
  'test/intake/reconcile.test.ts',
  'test/intake/relay-day.test.ts',
  'test/intake/relay-simulated-gmail.test.ts',
  'test/mail/mail-large.test.ts',
  'test/mail/mail-pool.test.ts',
  'test/platform/embedded-postgres.test.ts',
  'test/requests/requests-plans.test.ts',
];

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
};

/** The tests whose amounts `npm test` cuts short, in full: kills, mails, hostile values and plans of 100,000 requests. */
export const amounts: Proof = {
  name: 'amounts',
  title: 'Tests that npm test cuts short, with their full amounts',
  async run({ progress }) {
    progress(`${FILES.length} test files`);
    const folder = await mkdtemp(join(tmpdir(), 'mailroom-amounts-'));
    const outputFile = join(folder, 'report.json');
    try {
      const code = await runTests(outputFile);
      const { testResults } = JSON.parse(await readFile(outputFile, 'utf8')) as Report;
      const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
      const failed = tests.filter(({ status }) => status === 'failed').map(({ title }) => title);
      ensure(code === 0 && failed.length === 0, `every test passes: ${failed.join('; ')}`);
      return figuresOf(tests);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function runTests(outputFile: string): Promise<number | null> {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const config = fileURLToPath(new URL('../vitest.config.ts', import.meta.url));
  const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`];
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...reports, ...FILES], {
    env: { ...process.env, PROOF: '1' },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

// What takes no second is not what was cut short.
function figuresOf(tests: Report['testResults'][number]['assertionResults']): Figures {
  const long = tests.filter(({ duration }) => (duration ?? 0) >= 3000);
  return {
    'tests that passed': tests.filter(({ status }) => status === 'passed').length,
    ...Object.fromEntries(
      long.map(({ title, duration }) => [title, `${Math.round((duration ?? 0) / 1000)} s`]),
    ),
  };
}
