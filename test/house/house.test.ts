import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SourceFile, surveyHouse } from './house.ts';
import { WRITERS } from './writers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One of each kind of import that the house refuses: where it stands, what it imports, what is said. */
const PLANTED: readonly (readonly [string, string, string])[] = [
  ['mail/upward.ts', '../outbox/locks.ts', 'mail/ lies below outbox/'],
  ['platform/upward-type.ts', '../mail/text.ts', 'platform/ lies below mail/'],
  ['requests/life/sql.ts', '../../people/contacts/queries.ts', 'SQL of the room people/'],
  ['apps/cli/route.ts', '../../people/contacts/routes.ts', 'served by apps/server alone'],
  ['intake/filing/start.ts', '../../main.ts', 'main.ts is where everything starts'],
  ['mailboxes/root.ts', './settings/queries.ts', 'imports no folder of its room'],
  ['apps/cli/demo.ts', '../demo/letter.ts', 'are started apart'],
  ['requests/life/http.ts', '../../platform/http/stream.ts', 'Only routes speak HTTP'],
];

/** Every way of laying hands on `raw`. */
const RAW: readonly string[] = [
  "import { raw } from 'hono/html';",
  "import { html, raw as plain } from 'hono/html';",
  "import * as all from 'hono/html';",
  "export { raw } from 'hono/html';",
  "export * from 'hono/html';",
  "import { raw } from 'hono/utils/html';",
  "export const all = await import('hono/html');",
];

let folder: string;
let said: readonly { readonly file: string; readonly message: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-house-'));
  await cp(join(ROOT, '.oxlint'), join(folder, '.oxlint'), { recursive: true });
  await writeFile(join(folder, '.oxlintrc.json'), await readFile(join(ROOT, '.oxlintrc.json')));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, target] of PLANTED) {
    const isType = path.includes('type');
    await plant(
      path,
      `import ${isType ? 'type ' : ''}{ X } from '${target}';\nexport ${isType ? 'type ' : 'const '}Y = X;\n`,
    );
    await plant(join(dirname(path), target), 'export type X = number;\nexport const X = 1;\n');
  }
  await plant('mail/a.ts', "import type { B } from './b.ts';\nexport type A = B | null;\n");
  await plant('mail/b.ts', "import type { A } from './a.ts';\nexport type B = A[];\n");
  for (const [index, line] of RAW.entries()) await plant(`apps/console/list/raw-${index}.ts`, `${line}\n`);
  await plant('apps/console/parts/raw.ts', "import { raw } from 'hono/html';\nexport const x = raw('');\n");
  await plant('apps/console/list/fine.ts', "import { html } from 'hono/html';\nexport const x = html``;\n");
  said = await lint();
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

async function plant(path: string, text: string): Promise<void> {
  const full = join(folder, 'src', path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
}

async function lint() {
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
  const { stdout } = await promisify(execFile)(oxlint, ['-f', 'json', 'src'], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; message: string }[] };
  return diagnostics.map(({ filename, message }) => ({ file: filename.replace(/^src\//, ''), message }));
}

describe('the linter refuses', () => {
  test.each(PLANTED)('%s → %s', (path, _, message) => {
    expect(said.filter(({ file }) => file === path).map((each) => each.message)).toContainEqual(
      expect.stringContaining(message),
    );
  });

  test.each(RAW)('%s', (line) => {
    const path = `apps/console/list/raw-${RAW.indexOf(line)}.ts`;
    expect(said.filter(({ file }) => file === path).map((each) => each.message)).toContainEqual(
      expect.stringContaining('makes HTML of text'),
    );
  });

  test('raw HTML and nothing else of the templates, nor where it is sanitised', () => {
    const about = said.filter(({ message }) => message.includes('makes HTML of text'));
    expect(about.map(({ file }) => file).toSorted()).toEqual(
      RAW.map((_, index) => `apps/console/list/raw-${index}.ts`),
    );
  });

  test('a circle of types', () => {
    expect(said.filter(({ message }) => message.includes('cycle')).map(({ file }) => file)).toEqual(
      expect.arrayContaining(['mail/a.ts', 'mail/b.ts']),
    );
  });
});

describe('the survey', () => {
  test('knows who writes each table of the schema, and files that there are', () => {
    const schema = readdirSync(join(ROOT, 'sql')).map((name) =>
      readFileSync(join(ROOT, 'sql', name), 'utf8'),
    );
    const tables = schema.flatMap((text) =>
      [...text.matchAll(/^create (?:unlogged )?table (\w+)/gm)].map(([, name]) => name),
    );
    expect(new Set(Object.keys(WRITERS))).toEqual(new Set(tables));
    const files = Object.values(WRITERS).flatMap(({ also = [] }) => also);
    expect(files.filter((path) => !existsSync(join(ROOT, 'src', path)))).toEqual([]);
  });

  test('refuses a type name that is exported and declared again', () => {
    const file = (path: string, text: string): SourceFile => ({ path, text, lines: 1 });
    const { faults } = surveyHouse([
      file('mail/a.ts', 'type Local = 1;\nexport type Letter = 1;\n'),
      file('intake/b.ts', 'type Local = 2;\ntype Letter<X> = X;\n'),
    ]);
    expect(faults).toEqual(['the type Letter is declared in mail/a.ts and intake/b.ts: rename one']);
  });

  test('refuses a folder over 16 files, a file over 250 lines, and a write to a table of another room', () => {
    const file = (path: string, text = 'export {};\n', lines = 1): SourceFile => ({ path, text, lines });
    const full = Array.from({ length: 17 }, (_, n) => file(`mail/mime/part-${n}.ts`));
    const { faults } = surveyHouse([
      ...full,
      file('mail/long.ts', '', 251),
      file('intake/theft.ts', 'await tx`update mailboxes set name = null`;\n'),
    ]);
    expect(faults).toEqual([
      'mail/long.ts has 251 lines, at most 250: split it by noun',
      'mail/mime/ has 17 files, at most 16: split the noun',
      'intake/theft.ts writes mailboxes, which only mailboxes may write',
    ]);
  });
});
