import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function pages(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

test.each(['README.md', ...pages('docs'), ...pages('apps-script'), ...pages('src')])(
  '%s links to what is there',
  (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '');
    const files = [...text.matchAll(/`((?:src|test|sql|docs|apps-script)\/[\w./-]+\.\w+)`/g)].map(
      ([, target]) => join(ROOT, target ?? ''),
    );
    const local = links.filter((target) => !/^\w+:/.test(target));
    const missing = [...local.map((target) => join(ROOT, dirname(page), target)), ...files].filter(
      (path) => !existsSync(path),
    );
    expect(missing.map((path) => path.slice(ROOT.length))).toEqual([]);
  },
);

const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(rooms.map(({ name }) => name))(
  'the README of %s names each of its folders and where to begin',
  (room) => {
    const text = readFileSync(join(ROOT, 'src', room, 'README.md'), 'utf8');
    const folders = readdirSync(join(ROOT, 'src', room), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.filter((name) => !text.includes(`\`${name}/\``))).toEqual([]);
    const begin = [...(text.split(/^Begin with/m)[1] ?? '').matchAll(/`([\w./-]+\.ts)`/g)].map(
      ([, file]) => file ?? '',
    );
    expect(begin.length).toBeGreaterThan(0);
    expect(begin.filter((file) => !existsSync(join(ROOT, 'src', room, file)))).toEqual([]);
  },
);
