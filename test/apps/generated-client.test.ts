import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { receive, testMailbox } from '../support/intake.ts';

const run = promisify(execFile);
const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const CONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: [],
    allowImportingTsExtensions: true,
    skipLibCheck: false,
  },
  files: ['story.ts'],
};

test(
  'a client generated from the document compiles and does a day of work',
  { timeout: 60_000 },
  async () => {
    const made = testApp(db, { parsePool });
    const folder = await mkdtemp(join(tmpdir(), 'mailroom-client-'));
    try {
      const document = await (await made.call('GET', '/openapi.json')).text();
      await writeFile(join(folder, 'openapi.json'), document);
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
      await copyFile(here('../client/story.txt'), join(folder, 'story.ts'));
      const generator = here('../client/node_modules/openapi-typescript/bin/cli.js');
      await run(process.execPath, [generator, join(folder, 'openapi.json'), '-o', join(folder, 'api.d.ts')]);
      const checked = await run(here('../../node_modules/.bin/tsc'), ['-p', folder]).catch(
        (error: { stdout: string }) => error,
      );
      expect(checked.stdout).toBe('');

      await testMailbox(made.deps);
      await receive(made, { from: 'Carla Contact <carla@customer.example>', text: 'It burns.' });
      const { token } = await testOperator(made.deps, { name: 'Ada' });
      const { story } = (await import(pathToFileURL(join(folder, 'story.ts')).href)) as {
        story: (
          fetch: (url: string, init: RequestInit) => Promise<Response>,
          token: string,
        ) => Promise<string[]>;
      };
      expect(await story(async (url, init) => made.app.request(url, init), token)).toEqual([
        '1 new from carla@customer.example',
        'in_progress with Ada',
        'Ada writing',
        'My work 1',
        'bulk true',
        'draft 1: Leave the building, Carla Contact.',
        'outbound held',
        'note',
        'resolved',
        'closed true',
        'found true',
        'request.opened request.taken request.edited request.resolved request.closed',
        '0 left',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
