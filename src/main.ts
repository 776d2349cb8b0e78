import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, describeFaults, readConfig } from './apps/config.ts';

const HELP = `Usage: npm start [-- --web | --worker]

Mailroom's server: files mail that a relay posts, serves operators, sends what is due.

  --web     only answer HTTP
  --worker  only send mail and do what is due; listens on nothing but HEALTH_PORT, if it is set
  --help    this text

Settings come from the environment and from .env; .env.example explains each.
The command line beside it: npx mailroom --help
`;

// npm passes Ctrl-C on to a process that the terminal has signalled already: a second one this soon is the same key.
const ECHO_MS = 500;

const CLEAR_AFTER_MS = 3000;

await main();

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags === null) return;
  if (existsSync('.env')) process.loadEnvFile('.env');
  const reading = readConfig(process.env);
  if (!reading.ok) return fail(describeFaults(reading.faults));
  await serve(reading.config, flags);
}

type Flags = { readonly web: boolean; readonly worker: boolean };

function readFlags(): Flags | null {
  try {
    const { values } = parseArgs({
      options: {
        web: { type: 'boolean' },
        worker: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(HELP);
      return null;
    }
    const both = values.web === values.worker;
    return { web: both || values.web === true, worker: both || values.worker === true };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${HELP}`);
    process.exitCode = 2;
    return null;
  }
}

async function serve(config: Config, flags: Flags): Promise<void> {
  // Only now: a fault in the settings is reported without waiting for the server's code. From the second start on that code
  // comes compiled, in half the time; where the folder cannot be written, Node goes on without.
  enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'));
  const { jsonLog } = await import('./platform/log.ts');
  const { loggedError } = await import('./platform/logged-error.ts');
  const { startServer } = await import('./apps/server/start-server.ts');
  const log = jsonLog(config.logLevel);
  process.on('uncaughtException', (error) => {
    log.error({ error }, 'a bug: stopping at once');
    const { message, stack } = loggedError(error);
    process.stderr.write(`Mailroom stops: ${message}\n${stack ?? ''}\n`);
    process.exit(1);
  });

  const signal = stopSignal();
  const starting = startServer(config, { log, ...flags });
  const server = await starting.catch((error: unknown) => {
    log.error({ error }, 'start failed');
    return messageOf(error);
  });
  if (typeof server === 'string') return fail(server);
  process.stderr.write(
    server.url === null
      ? 'Mailroom is ready and sends what is due.\n'
      : `Mailroom is ready at ${server.url}${server.deps.publicUrl === server.url ? '' : ` (${server.deps.publicUrl})`}\n`,
  );
  log.info({ url: server.url, publicUrl: server.deps.publicUrl, ...flags }, 'ready');
  setTimeout(clearAway, CLEAR_AFTER_MS).unref();
  log.info({ signal: await signal }, 'stopping');
  await server.stop();
  log.info({}, 'stopped');
  process.exit(0);
}

/**
 * What a start leaves behind is a quarter of an idle server's memory, which V8 would keep until something happens. `npm start` lets it
 * be cleared away once, by `--expose-gc`; a plain collection would leave it to V8 when the memory is given back.
 */
function clearAway(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process without waiting for anything. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let insistent = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (insistent) process.exit(1);
      setTimeout(() => (insistent = true), ECHO_MS).unref();
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
