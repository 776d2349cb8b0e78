import type { Clock } from '../../platform/clock.ts';
import type { Environment } from '../config.ts';
import { GOOGLE, type GoogleEndpoints } from '../../intake/gmail/google/endpoints.ts';
import { COMMANDS } from './command-table.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { renderHelp } from './render-help.ts';
import type { Terminal } from './run-command.ts';

/** Runs one command, by the database's clock unless given one, and answers its exit status: 0 done, 1 failed, 2 wrong usage. */
export async function runCommandLine(
  args: readonly string[],
  env: Environment,
  terminal: Terminal,
  clock: Clock | null,
  google: GoogleEndpoints = GOOGLE,
): Promise<0 | 1 | 2> {
  const line = await parseCommandLine(args, COMMANDS);
  if (line.kind === 'help') {
    terminal.out(await renderHelp(line.of, COMMANDS));
    return 0;
  }
  if (line.kind === 'usage') {
    terminal.err(`${line.message}\n\n${await renderHelp(line.of, COMMANDS)}`);
    return 2;
  }
  // Only now: help must not wait for the database's code.
  const { runCommand } = await import('./run-command.ts');
  return runCommand(line, env, { terminal, clock, google });
}
