import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveJira, type ServedJira } from '../../src/apps/demo/jira/serve-jira.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { mailroomCommand } from '../support/command-line.ts';
import { testDatabase } from '../support/database.ts';

const { db, url } = await testDatabase();
const folder = await mkdtemp(join(tmpdir(), 'mailroom-jira-'));
const tokenFile = join(folder, 'token');
let cloud: ServedJira;
let dataCenter: ServedJira;

beforeAll(async () => {
  [cloud, dataCenter] = await Promise.all([
    serveJira({ clock: systemClock }),
    serveJira({ clock: systemClock, deployment: 'data_center' }),
  ]);
});
afterAll(async () => {
  await Promise.all([cloud.close(), dataCenter.close(), rm(folder, { recursive: true })]);
});

async function mailroom(...args: string[]) {
  const env = { DATABASE_URL: url, APP_SECRET: 'a'.repeat(32), PUBLIC_URL: 'https://desk.example.com' };
  return mailroomCommand(args, env, systemClock);
}

test('jira connect, check, reconcile and disconnect work on either kind of Jira, and show no token', async () => {
  expect(await mailroom('jira', 'check')).toEqual({ status: 0, out: 'No Jira is connected.\n', err: '' });
  await writeFile(tokenFile, `${cloud.jira.bot.apiToken}\n`);
  const connect = ['jira', 'connect', '--site', cloud.siteUrl, '--token-file', tokenFile];
  const connected = await mailroom(...connect, '--email', cloud.jira.bot.email, '--token-ends', '2027-03-01');
  expect(connected).toMatchObject({ status: 0, err: '' });
  expect(connected.out).toContain('Connected as Mailroom Bot, at the site.');
  expect(connected.out).toContain('https://desk.example.com/settings/jira/1');

  await writeFile(tokenFile, dataCenter.jira.bot.apiToken);
  const other = ['--site', dataCenter.siteUrl, '--data-center', '--name', 'Inside', '--json'];
  const second = await mailroom('jira', 'connect', '--token-file', tokenFile, ...other);
  expect(JSON.parse(second.out)).toEqual({ id: 2, state: 'active', account: 'Mailroom Bot', base: 'site' });

  const checked = await mailroom('jira', 'check', '--json');
  expect(checked.status).toBe(0);
  expect(
    JSON.parse(checked.out).checks.map(({ connection, what, ok }: any) => [connection, what, ok]),
  ).toEqual(
    ['1 Jira', '2 Inside'].flatMap((name) =>
      ['identity', 'projects', 'files'].map((what) => [name, what, true]),
    ),
  );
  const rows = await db`select token_ends_at, sealed from jira_grants order by id`;
  expect(rows[0]).toMatchObject({ tokenEndsAt: new Date('2027-03-01') });
  for (const text of [connected.out, second.out, checked.out, JSON.stringify(rows)])
    for (const { jira } of [cloud, dataCenter]) expect(text).not.toContain(jira.bot.apiToken);

  expect(await mailroom('jira', 'reconcile')).toMatchObject({
    status: 0,
    out: expect.stringContaining('0 issues were read again'),
  });
  const gone = await mailroom('jira', 'disconnect', '--connection', '2');
  expect(gone).toMatchObject({ status: 0, out: expect.stringContaining('the credential is deleted') });
  expect(await db`select sealed from jira_grants where id = 2`).toEqual([{ sealed: null }]);
  expect(await mailroom('jira', 'disconnect', '--connection', '2')).toMatchObject({ status: 1 });

  // Whatever the site has against it by now is said, and the command fails.
  cloud.jira.faults.order('unauthorized', 'GET', /^\/myself$/);
  const wrong = await mailroom('jira', 'check');
  expect(wrong.status).toBe(1);
  expect(wrong.out).toMatch(/1 Jira +identity +WRONG +Unauthorized/);
});

test('what is wrong is said by the name of the option', async () => {
  await writeFile(tokenFile, 'token');
  const cases: readonly (readonly [string[], string])[] = [
    [['connect', '--site', 'https://x.example'], '--token-file is required'],
    [
      ['connect', '--site', 'https://x.example', '--token-file', 'nowhere'],
      '--token-file names a file that cannot be read',
    ],
    [['connect', '--site', 'https://x.example', '--token-file', tokenFile], '--email is required'],
    [
      ['connect', '--site', 'ftp://x', '--token-file', tokenFile, '--data-center'],
      '--site must be the https address',
    ],
    [
      ['connect', '--site', 'https://x.example', '--token-file', tokenFile, '--token-ends', 'soon'],
      '--token-ends is a day',
    ],
    [['connect', '--site', 'https://x.example', '--client-id', 'x'], '--client-secret-file is required'],
    [['disconnect', '--connection', 'first'], '--connection is the number of a connection'],
    [['reconcile', '--days', '0'], '--days is a whole number'],
  ];
  for (const [args, message] of cases)
    expect(await mailroom('jira', ...args)).toEqual({
      status: 2,
      out: '',
      err: expect.stringContaining(message),
    });
});
