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
    // As many as there are cores, Vitest's own default being one less: each keeps its own process and one of PostgreSQL at work by
    // turns. On two cores a third worker took a run from 302 s to 389, and from 455 s of processors to 687.
    maxWorkers: Math.min(8, availableParallelism()),
    // Tests that only wait, which the file says of itself, wait side by side.
    maxConcurrency: 25,
    testTimeout: amount(30_000, 300_000),
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    // A second, the default, is over on a busy machine before a process has answered.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default'],
  },
});
