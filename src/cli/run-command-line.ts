import type { Clock } from '../clock.ts';
import { describeFaults, type Environment, readConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { GOOGLE, type GoogleEndpoints } from '../google/endpoints.ts';
import { Problem } from '../problems.ts';
import { COMMANDS } from './command-table.ts';
import { openDesk } from './open-desk.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { renderHelp } from './render-help.ts';

export type Terminal = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Shows a page in a browser; left out where there is none. */
  readonly openPage?: (url: string) => void;
};

/** Runs one command and answers its exit status: 0 done, 1 failed, 2 wrong usage. */
export async function runCommandLine(
  args: readonly string[],
  env: Environment,
  terminal: Terminal,
  clock: Clock,
  google: GoogleEndpoints = GOOGLE,
): Promise<0 | 1 | 2> {
  const line = parseCommandLine(args, COMMANDS);
  if (line.kind === 'help') {
    terminal.out(renderHelp(line.of, COMMANDS));
    return 0;
  }
  if (line.kind === 'usage') {
    terminal.err(`${line.message}\n\n${renderHelp(line.of, COMMANDS)}`);
    return 2;
  }
  const reading = readConfig(env);
  if (!reading.ok) {
    terminal.err(`${describeFaults(reading.faults)}\n`);
    return 1;
  }
  try {
    const { desk, close } = await openDesk(reading.config, line.command.schema, {
      log: terminalLog(terminal),
      clock,
      google,
      tell: (said) => terminal.err(`${said}\n`),
      openPage: terminal.openPage ?? null,
    });
    try {
      const printed = await line.command.run(desk, line.values);
      if (printed.warning !== undefined) terminal.err(`${printed.warning}\n`);
      terminal.out(line.json ? `${JSON.stringify(printed.json, null, 2)}\n` : printed.text);
      return printed.failed === true ? 1 : 0;
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

// Standard output is the command's own; what went wrong on the way is for whoever looks at the terminal.
function terminalLog(terminal: Terminal): Log {
  const say = (fields: Readonly<Record<string, unknown>>, message: string) => {
    const reason = fields['error'] instanceof Error ? `: ${fields['error'].message}` : '';
    terminal.err(`${message}${reason}\n`);
  };
  return { error: say, warn: say, info() {}, debug() {} };
}
