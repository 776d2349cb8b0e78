import { flushCompileCache } from 'node:module';
import '../../src/apps/cli/run-command-line.ts';
import '../../src/apps/demo/start-demo.ts';
import '../../src/apps/server/start-server.ts';

// Loaded by global-setup.ts in a process of its own. Node keeps what it has compiled when a process ends of itself: without
// this, each worker and each server of a first run, which is killed, would compile all anew, two seconds of a processor each.
flushCompileCache();
