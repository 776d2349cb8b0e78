import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { amount } from './support/amount.ts';
import { LongestFirst } from './support/longest-first.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Every process of the run, and those that the tests start, takes its modules compiled from here.
const compiled = join(root, 'node_modules/.cache/compiled');
process.env['NODE_COMPILE_CACHE'] ??= compiled;
// Each run imports the test files by names of its own, so what was compiled of them is of no use to the next, and grows.
if (existsSync(compiled) && readdirSync(compiled, { recursive: true }).length > 20_000)
  rmSync(compiled, { recursive: true, force: true });

export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Processes, not threads: tests kill servers and count workers, and must not share one event loop's fate.
    pool: 'forks',
    // Test files share a process, one after the other, and with it the modules: the app is loaded twice, not seventy times.
    isolate: false,
    // Node reads TypeScript itself and keeps it compiled: transformed by Vite, it costs each run eight seconds of a processor.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    sequence: { sequencer: LongestFirst },
    // Two more than there are cores: most of a test's time is PostgreSQL's and that of processes it starts. With one more a run
    // on two cores takes a tenth longer, with three more as long.
    maxWorkers: Math.min(8, availableParallelism() + 2),
    testTimeout: amount(30_000, 300_000),
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    // A second, the default, is over on a busy machine before a process has answered.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default'],
  },
});
