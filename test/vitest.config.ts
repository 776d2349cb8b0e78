import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
// Every process of the run, and those that the tests start, takes its modules compiled from here.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/compiled');

export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Processes, not threads: tests kill servers and count workers, and must not share one event loop's fate.
    pool: 'forks',
    // Test files share a process, one after the other, and with it the modules: the app is loaded twice, not seventy times.
    isolate: false,
    // One more than there are cores: most of a test's time is PostgreSQL's and that of processes it starts.
    maxWorkers: Math.min(8, availableParallelism() + 1),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    // A second, the default, is over on a busy machine before a process has answered.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default'],
  },
});
