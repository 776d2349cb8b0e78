import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import type { Privileges } from './privileges.ts';

type CommandFailure = NodeJS.ErrnoException & { readonly stderr?: string };

// Nothing of Mailroom's own environment: it holds secrets, which the process list would show to PostgreSQL's user.
// Windows opens no socket without its SystemRoot, so there the environment is passed on.
const ENVIRONMENT =
  platform() === 'win32'
    ? {}
    : { env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } };

/** Runs a command of PostgreSQL to its end; what it said is part of the error when it fails. */
export async function runCommand(
  privileges: Privileges,
  command: readonly string[],
  cwd: string,
): Promise<void> {
  const [file, ...args] = commandLine(privileges, command);
  try {
    await promisify(execFile)(file, args, { cwd, ...ENVIRONMENT, timeout: 300_000 });
  } catch (cause) {
    throw commandError(privileges, file, cause as CommandFailure);
  }
}

/** Starts a process that outlives this one, in a session of its own so that Ctrl-C here does not reach it. */
export function spawnDetached(
  privileges: Privileges,
  command: readonly string[],
  cwd: string,
  logFile: number,
): ChildProcess {
  const [file, ...args] = commandLine(privileges, command);
  const child = spawn(file, args, {
    cwd,
    ...ENVIRONMENT,
    detached: true,
    stdio: ['ignore', logFile, logFile],
  });
  child.unref();
  return child;
}

function commandLine(privileges: Privileges, command: readonly string[]): [string, ...string[]] {
  const [file, ...args] = [...privileges.prefix, ...command];
  if (file === undefined) throw new Error('An empty command');
  return [file, ...args];
}

/** Says what to do about a command that could not start or failed. */
export function commandError(privileges: Privileges, file: string, cause: CommandFailure): Error {
  const said = cause.stderr?.trim() || cause.message;
  if (privileges.prefix.length > 0 && (cause.code === 'ENOENT' || said.startsWith('setpriv:'))) {
    return new Error(
      'Mailroom runs as root, PostgreSQL must not, and "setpriv" (util-linux) could not change the user: ' +
        `${said}. Install it, start Mailroom as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  }
  return new Error(`${file} failed: ${said}`, { cause });
}
