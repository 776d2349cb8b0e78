import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { deskJobs } from '../../src/apps/server/desk-jobs.ts';
import { startSources } from '../../src/apps/server/start-sources.ts';
import type { Source } from '../../src/intake/sources/source.ts';
import { SOURCES } from '../../src/intake/sources/sources.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { files } from '../fixtures/sources/files/files.ts';
import { place } from '../fixtures/sources/files/files-work.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, mailOf } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const folder = await mkdtemp(join(tmpdir(), 'mailroom-files-'));
// The line of the registry. Files share this process: it is taken out again.
const registry = SOURCES as Record<string, Source>;
registry['files'] = files;
afterAll(async () => {
  delete registry['files'];
  await Promise.all([parsePool.close(), rm(folder, { recursive: true })]);
});

test('a third source is one folder and one line: added, fetched, filed, watched, compared and told of', async () => {
  const { call, deps } = testApp(db, { parsePool });
  const { token } = await testOperator(deps, { role: 'admin' });
  const add = (source: string) =>
    call('POST', '/v1/mailboxes', { token, body: { address: DESK, name: 'Files', source } });
  expect((await problemOf(await add('pigeons'), 400, 'invalid_input')).errors).toEqual([
    { pointer: '/source', detail: 'is one of gmail, microsoft, files' },
  ]);
  const added = await add('files');
  expect([added.status, await added.json()]).toMatchObject([201, { source: 'files' }]);
  const read = async (path: string): Promise<any> => (await call('GET', path, { token })).json();
  expect((await read('/readyz')).checks).toMatchObject({ silentRelays: [], unreadFiles: [1] });

  Object.assign(place, { folder, address: DESK });
  await writeFile(join(folder, '1.eml'), mailOf({ messageId: '<one@customer.example>', results: null }));
  const running = await startSources(deps, { everyMs: 20 });
  await expect.poll(() => db`select id from intake`).toHaveLength(1);
  for (const { stop } of running) await stop();
  expect((await read('/v1/intake')).items).toMatchObject([
    { source: 'files', sourceId: '1.eml', gmailId: null, outcome: 'opened', authenticity: 'unchecked' },
  ]);

  const answer = mailOf({ inReplyTo: '<one@customer.example>', results: null });
  await writeFile(join(folder, '2.eml'), answer);
  const jobs = deskJobs(deps);
  const signal = new AbortController().signal;
  await jobs['watch-sources'](signal);
  await jobs.reconcile(signal);
  expect(await db`select source_id, request_id from intake order by id`).toEqual([
    { sourceId: '1.eml', requestId: 1 },
    { sourceId: '2.eml', requestId: 1 },
  ]);
  expect((await read('/readyz')).checks).toMatchObject({ unreadFiles: [] });
  expect(await (await call('GET', '/metrics')).text()).toContain(
    'mailroom_files_lag_seconds{mailbox="1"} 0\n',
  );
});
