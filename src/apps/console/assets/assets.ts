import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Context, Hono } from 'hono';
import type { AppEnv } from '../../../people/access/app-env.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const FOLDER = import.meta.dirname;

type Asset = {
  readonly type: string;
  readonly plain: Buffer;
  /** Compressed the first time it is asked for, and kept: a start need not wait for it. */
  readonly gzip: () => Buffer;
  readonly brotli: () => Buffer;
};

export type Assets = {
  /** Where a file is asked for, under a path that changes with any of them. */
  readonly url: (name: string) => string;
  readonly find: (version: string, name: string) => Asset | null;
};

let loaded: Assets | undefined;

/** The style sheets, modules and icons of the console, read once for a process. */
export function loadAssets(): Assets {
  loaded ??= readAssets();
  return loaded;
}

function readAssets(): Assets {
  const contents = new Map<string, string>([
    ['console.css', styleSheet()],
    ['mail.css', read('mail.css')],
    ['icons.svg', read('icons.svg')],
    ['idiomorph.js', `${morpher()}\nexport { Idiomorph };\n`],
    ...scripts(),
  ]);
  const version = createHash('sha256')
    .update(JSON.stringify([...contents]))
    .digest('hex')
    .slice(0, 12);
  const files = new Map([...contents].map(([name, content]) => [name, assetOf(name, content)]));
  return {
    url: (name) => `/assets/${version}/${name}`,
    find: (asked, name) => (asked === version ? (files.get(name) ?? null) : null),
  };
}

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

// One file for the browser, several for people; the first one names the layers in their order.
function styleSheet(): string {
  const names = readdirSync(join(FOLDER, 'css')).toSorted();
  return names.map((name) => read(join('css', name)).replace(/\/\*[^]*?\*\/\s*/g, '')).join('\n');
}

function scripts(): [string, string][] {
  const names = readdirSync(join(FOLDER, 'browser')).filter((name) => name.endsWith('.js'));
  return names.map((name) => [name, read(join('browser', name))]);
}

// The module in the package has its comments in it, 50 KB of them; this is the same code without.
function morpher(): string {
  return readFileSync(createRequire(import.meta.url).resolve('idiomorph/dist/idiomorph.min.js'), 'utf8');
}

function assetOf(name: string, content: string): Asset {
  const plain = Buffer.from(content);
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  return {
    type,
    plain,
    gzip: once(() => gzipSync(plain, { level: 9 })),
    brotli: once(() => brotliCompressSync(plain)),
  };
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined;
  return () => (made ??= make());
}

/** Serves them: for ever, because another content has another address. */
export function assetRoutes(app: Hono<AppEnv>, assets: Assets): void {
  app.get('/assets/:version/:name', (c) => {
    const asset = assets.find(c.req.param('version'), c.req.param('name'));
    if (asset === null) return c.text('There is no such file.', 404);
    const encoding = encodingFor(c);
    const body = encoding === null ? asset.plain : asset[encoding === 'br' ? 'brotli' : 'gzip']();
    return c.body(new Uint8Array(body), 200, {
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    });
  });
}

function encodingFor(c: Context): 'br' | 'gzip' | null {
  const accepted = c.req.header('accept-encoding') ?? '';
  if (/\bbr\b/.test(accepted)) return 'br';
  return /\bgzip\b/.test(accepted) ? 'gzip' : null;
}
