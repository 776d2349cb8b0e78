import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Stay = { readonly file: string; readonly asks: readonly string[] };

/** The numbered rows of a section of docs/architecture.md. */
function walkOf(title: string): Stay[] {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  return [...section.matchAll(/^\| \d+ .*$/gm)].map(([row]) => {
    const [file = '', ...asks] = [...row.matchAll(/`(src\/[^`]+)`/g)].map(([, path]) => path ?? '');
    return { file, asks };
  });
}

/** What a file imports, types included, and the worker threads that it starts. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from\s+|import\(\s*|new URL\(\s*)'(\.[^']+\.ts)'/g)].map(([, target]) =>
    relative(ROOT, join(ROOT, dirname(file), target ?? ''))
      .split(sep)
      .join('/'),
  );
}

describe.each([
  {
    title: 'The way of a message',
    files: 16,
    withAsked: 28,
    begins: ['src/intake/gmail/relay/routes.ts'],
  },
  {
    title: 'The way of an answer',
    files: 12,
    withAsked: 22,
    begins: ['src/requests/replies/routes.ts', 'src/outbox/sending/worker.ts'],
  },
])('$title', ({ title, files, withAsked, begins }) => {
  const walk = walkOf(title);
  const others = walk.filter(({ file }) => !begins.includes(file));

  test(`goes through ${files} files at most, each once, and ${withAsked} with those that are asked`, () => {
    expect(walk.length).toBeGreaterThan(9);
    expect(walk.length).toBeLessThanOrEqual(files);
    expect(new Set(walk.map(({ file }) => file)).size).toBe(walk.length);
    expect(new Set(walk.flatMap(({ file, asks }) => [file, ...asks])).size).toBeLessThanOrEqual(withAsked);
  });

  test.each(others)('$file is imported by a file above it', ({ file }) => {
    const above = walk.slice(
      0,
      walk.findIndex((stay) => stay.file === file),
    );
    expect(above.filter((stay) => importsOf(stay.file).includes(file))).not.toEqual([]);
  });

  test.each(walk.filter(({ asks }) => asks.length > 0))('$file imports what it asks', ({ file, asks }) => {
    expect(importsOf(file)).toEqual(expect.arrayContaining([...asks]));
  });
});
