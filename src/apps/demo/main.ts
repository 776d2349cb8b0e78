import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeFaults, readConfig } from '../config.ts';
import type { RunningDemo } from './start-demo.ts';

const HELP = `Usage: npm run demo [-- --jira] [-- --microsoft]

The whole desk on this machine, nothing to set up: a mailbox with its relay, a page to write as a contact, and the console.

  --jira       with a simulated Jira beside it
  --microsoft  with a mailbox in a simulated tenant of Microsoft 365 in place of Gmail
  --help       this text

PORT chooses the server's port (3000 unless set; the page takes the next), DATA_DIR where the desk is kept (data),
LOG_LEVEL what is logged (error).
`;

// A minute at Google: short enough to wait for, long enough to see the label of a waiting email.
const RELAY_EVERY_MS = 3000;
// npm passes Ctrl-C on to a process that the terminal has signalled already: a second one this soon is the same key.
const ECHO_MS = 500;

await main();

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) return say(HELP.trimEnd());
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { PORT, DATA_DIR, LOG_LEVEL } = process.env;
  const reading = readConfig({ PORT, DATA_DIR, LOG_LEVEL: LOG_LEVEL ?? 'error' });
  if (!reading.ok) return fail(describeFaults(reading.faults));
  const { port, dataDir, logLevel } = reading.config;

  const signal = stopSignal();
  say('Mailroom demo\n');
  enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/compiled'));
  const { jsonLog } = await import('../../platform/log.ts');
  const { startDemo } = await import('./start-demo.ts');
  const options = {
    dataDir,
    port,
    relayEveryMs: RELAY_EVERY_MS,
    log: jsonLog(logLevel),
    pastWeeks: true,
    jira: flags.jira,
    microsoft: flags.microsoft,
  };
  const demo = await startDemo({ ...options, onProgress: (what) => say(`  Starting ${what} …`) }).catch(
    (error: unknown) =>
      fail(`\nThe demo did not start: ${error instanceof Error ? error.message : String(error)}`),
  );
  say(summary(demo, port));
  await signal;
  say('\nStopping …');
  await demo.stop();
  say(`Stopped. What the desk filed stays in ${demo.dataDir}; npm run demo goes on with it.`);
  process.exit(0);
}

function readFlags() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { jira: flag, microsoft: flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return process.exit(2);
  }
}

function summary(demo: RunningDemo, port: number): string {
  const moved = `\n  Port ${port} is taken, so the server is on another one (PORT=… chooses).\n`;
  return `${demo.onWishedPort ? '' : moved}
  Write as a contact    ${demo.pageUrl}
  Write in its form     ${demo.formUrl}
  Ask without email     ${demo.pageUrl}/requester (signs you in as ${demo.requester})
  Answer in the console ${demo.pageUrl}/console (signs you in as ${demo.operator})
${demo.jiraUrl === null ? '' : `  Be a developer in Jira ${demo.jiraUrl}\n`}
  HTTP interface        ${demo.serverUrl}/docs
  Token of an operator  ${demo.token} (${demo.operator})
  Data                  ${demo.dataDir} (delete it to start over)
  Stop                  Ctrl-C
`;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process without waiting for anything. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let insistent = false;
    const onSignal = (): void => {
      if (insistent) process.exit(1);
      setTimeout(() => (insistent = true), ECHO_MS).unref();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
