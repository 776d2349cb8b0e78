import { type Clock, systemClock } from '../../platform/clock.ts';
import { describeFaults, type Environment, readConfig } from '../config.ts';
import type { GoogleEndpoints } from '../../intake/gmail/google/endpoints.ts';
import type { Log } from '../../platform/log.ts';
import { Problem } from '../../platform/problems.ts';
import type { Printed } from './command.ts';
import { openDesk } from './open-desk.ts';
import type { CommandCall } from './parse-command-line.ts';

export type Terminal = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Shows a page in a browser; left out without a browser. */
  readonly openPage?: (url: string) => void;
};

/** Runs a command on the desk that the settings name; answers its exit status as `runCommandLine` does. */
export async function runCommand(
  { command, json, values }: CommandCall,
  env: Environment,
  {
    terminal,
    clock,
    google,
  }: { readonly terminal: Terminal; readonly clock: Clock | null; readonly google: GoogleEndpoints },
): Promise<0 | 1 | 2> {
  const reading = readConfig(env);
  if (!reading.ok) {
    terminal.err(`${describeFaults(reading.faults)}\n`);
    return 1;
  }
  const log = terminalLog(terminal);
  const tell = (said: string): void => terminal.err(`${said}\n`);
  const print = (printed: Printed): 0 | 1 => {
    if (printed.warning !== undefined) terminal.err(`${printed.warning}\n`);
    terminal.out(json ? `${JSON.stringify(printed.json, null, 2)}\n` : printed.text);
    return printed.failed === true ? 1 : 0;
  };
  try {
    if (command.alone !== undefined) {
      const place = { config: reading.config, clock: clock ?? systemClock, log, tell };
      return print(await command.alone(place, values));
    }
    const { desk, close } = await openDesk(reading.config, command.schema, {
      log,
      clock,
      google,
      tell,
      openPage: terminal.openPage ?? null,
    });
    try {
      return print(await command.run(desk, values));
    } finally {
      await close();
    }
  } catch (error) {
    terminal.err(`${messageOf(error)}\n`);
    return error instanceof Problem && error.code === 'invalid_input' ? 2 : 1;
  }
}

// A verb names a field of its input (`/reopenDays`); here that is an option (`--reopen-days`).
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof Problem) || error.code !== 'invalid_input') return error.message;
  const faults = error.extras.errors ?? [];
  if (faults.length === 0) return error.message;
  return faults.map(({ pointer, detail }) => `${optionName(pointer)} ${detail}`).join('\n');
}

function optionName(pointer: string): string {
  const name = pointer.replace(/^\//, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name}`;
}

// Standard output is the command's own; what went wrong on the way goes to the terminal.
function terminalLog(terminal: Terminal): Log {
  const say = (fields: Readonly<Record<string, unknown>>, message: string) => {
    const reason = fields['error'] instanceof Error ? `: ${fields['error'].message}` : '';
    terminal.err(`${message}${reason}\n`);
  };
  return { error: say, warn: say, info() {}, debug() {} };
}
