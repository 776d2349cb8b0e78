import { flushCompileCache } from 'node:module';

// Run by global-setup.ts in a process of its own. Node keeps what it has compiled when a process ends of itself: without this,
// each worker of a first run, and each server in it that is killed, would compile all anew, two seconds of a processor each.
await Promise.all([
  import('../../src/apps/cli/run-command-line.ts'),
  import('../../src/apps/demo/start-demo.ts'),
  import('../../src/apps/server/start-server.ts'),
]);
flushCompileCache();
