import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export type RelayScript = {
  /** The one file to paste as Code.gs. */
  readonly code: string;
  /** The text of appsscript.json. */
  readonly manifest: string;
};

const sources = fileURLToPath(new URL('../../../../apps-script/', import.meta.url));
const gmailOrigin = 'https://gmail.googleapis.com/';

/**
 * Compiles apps-script/ to the two files a mailbox's owner pastes into Apps Script; `url` and `secret` are filled in
 * when given, and the manifest then lets the script reach that server and Gmail alone.
 */
export async function emitRelayScript(
  options: { readonly url?: string; readonly secret?: string } = {},
): Promise<RelayScript> {
  const code = fillIn(fillIn(await compiledOnce(), 'RELAY_URL', options.url), 'RELAY_SECRET', options.secret);
  assertAscii(code);
  return { code, manifest: await manifestFor(options.url) };
}

let compiled: Promise<string> | undefined;

// The sources are part of the program: what they compile to does not change while it runs.
function compiledOnce(): Promise<string> {
  compiled ??= compileToOneFile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

async function compileToOneFile(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'mailroom-relay-'));
  try {
    await compile(outDir);
    const files = inReadingOrder((await readdir(outDir)).filter((name) => name.endsWith('.js')));
    const parts = await Promise.all(files.map((name) => readPart(outDir, name)));
    return `${header(await readVersion())}\n${parts.join('\n')}`;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

/** The compiler is a native program; asking its package where it lies works from any folder and needs no shell. */
async function compile(outDir: string): Promise<void> {
  const packageJson = createRequire(import.meta.url).resolve('typescript/package.json');
  const locator = pathToFileURL(join(dirname(packageJson), 'lib', 'getExePath.js')).href;
  const { default: getExePath } = (await import(locator)) as { default: () => string };
  await promisify(execFile)(getExePath(), ['-p', sources, '--noEmit', 'false', '--outDir', outDir], {
    cwd: sources,
  });
}

/** The two values and the four functions come first, where their reader looks for them. */
function inReadingOrder(names: readonly string[]): string[] {
  const first = ['config.js', 'main.js'];
  return [...first, ...names.filter((name) => !first.includes(name)).sort()];
}

async function readPart(outDir: string, name: string): Promise<string> {
  const text = await readFile(join(outDir, name), 'utf8');
  const body = text.replace(/^"use strict";\r?\n/, '').replace(/^(\s*Relay\.(\w+) = \2;)$/gm, '$1\n');
  return `// ---- ${name.replace(/\.js$/, '')} ----\n\n${body.replace(/\n{3,}/g, '\n\n').trim()}\n`;
}

async function readVersion(): Promise<string> {
  const config = await readFile(join(sources, 'config.ts'), 'utf8');
  return /VERSION = '([^']+)'/.exec(config)?.[1] ?? 'unknown';
}

function header(version: string): string {
  return `/*
 * Mailroom relay ${version}
 *
 * Hands the mail of this Gmail account to your Mailroom server: messages with the label mailroom/queue are sent there,
 * signed, and gets the label mailroom/done once the server has confirmed that it is stored.
 *
 * To install: make a project on script.google.com, paste this file as Code.gs and the manifest as appsscript.json
 * (Project Settings > Show "appsscript.json"), choose the function setup and press Run, tick every box on the
 * consent page, and read the log. status tells how it is doing, uninstall stops it.
 *
 * Do not share this project: anybody who may edit it can read the secret.
 */`;
}

function fillIn(code: string, name: 'RELAY_URL' | 'RELAY_SECRET', value: string | undefined): string {
  if (value === undefined) return code;
  const line = new RegExp(`^const ${name} = '';$`, 'm');
  if (!line.test(code)) throw new Error(`the relay script has no line for ${name}`);
  return code.replace(line, () => `const ${name} = ${quote(value)};`);
}

function quote(value: string): string {
  if (/[^\x21-\x7e]/.test(value)) throw new Error('a value for the relay script must be printable ASCII');
  return `'${value.replace(/['\\]/g, '\\$&')}'`;
}

function assertAscii(code: string): void {
  const at = code.search(/[^\t\n\r\x20-\x7e]/);
  if (at >= 0)
    throw new Error(`the relay script is not ASCII near: ${code.slice(Math.max(at - 30, 0), at + 10)}`);
}

/** A whitelist is possible for https alone; a script for a server on this machine goes without. */
async function manifestFor(url: string | undefined): Promise<string> {
  const manifest = JSON.parse(await readFile(join(sources, 'appsscript.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const server = url === undefined ? undefined : new URL(url);
  if (server?.protocol === 'https:') manifest['urlFetchWhitelist'] = [`${server.origin}/`, gmailOrigin];
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
