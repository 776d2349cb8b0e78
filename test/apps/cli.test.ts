import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/apps/cli/command-table.ts';
import { renderTable } from '../../src/apps/cli/render-table.ts';
import type { Environment } from '../../src/apps/config.ts';
import { mailroomCommand } from '../support/command-line.ts';
import { testDatabase } from '../support/database.ts';

const { db, url } = await testDatabase();
const folder = await mkdtemp(join(tmpdir(), 'mailroom cli '));
afterAll(() => rm(folder, { recursive: true, force: true }));

const now = new Date('2026-11-22T10:00:00Z');
const env: Environment = {
  DATABASE_URL: url,
  APP_SECRET: 'a'.repeat(32),
  PUBLIC_URL: 'https://desk.example.com',
};

test('a table shows what strangers wrote as text alone', () => {
  expect(
    renderTable([
      ['ID', 'MESSAGE'],
      ['1', '<\u001b[2Ja\r\n\u202eb\u2028@x>'],
    ]),
  ).toBe('ID  MESSAGE\n1   < [2Ja b @x>');
});

describe('help', () => {
  test('without arguments it is told on standard error, as wrong usage', async () => {
    const { status, out, err } = await mailroom();
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const command of COMMANDS) expect(err).toContain(`  ${command.name} `);
  });

  test.each([['--help'], ['-h'], ['help']])('%s lists every command with its summary', async (arg) => {
    const { status, out } = await mailroom(arg);
    expect(status).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
  });

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s --help names each option with a sentence, and needs no valid settings',
    async (name, command) => {
      for (const args of [
        [...name.split(' '), '--help'],
        ['help', ...name.split(' ')],
        ['--help', ...name.split(' ')],
      ]) {
        const { status, out, err } = await mailroomWith({ PORT: 'wrong' }, args);
        expect({ status, err }).toEqual({ status: 0, err: '' });
        expect(out).toContain(`npx mailroom ${name}`);
        for (const [option, { sentence }] of Object.entries((await command.load()).options)) {
          expect(sentence).toMatch(/\.$/);
          expect(out).toMatch(new RegExp(`^  --${option} .*${sentence.slice(0, 12)}`, 'm'));
        }
      }
    },
  );

  test('a group lists its own commands', async () => {
    const { status, out } = await mailroom('mailbox', '--help');
    expect(status).toBe(0);
    expect(out).toContain('mailbox rotate-secret');
    expect(out).not.toContain('operator add');
  });
});

describe('wrong usage', () => {
  test.each([
    [['oprator', 'add'], 'There is no command oprator add. Did you mean operator add?'],
    [['migrat'], 'There is no command migrat. Did you mean migrate?'],
    [['operator', 'ad'], 'There is no command operator ad. Did you mean operator add?'],
    [['operator'], 'operator what?'],
    [['frobnicate'], 'There is no command frobnicate.'],
    [['operator', 'list', '--jsn'], 'operator list has no option --jsn. Did you mean --json?'],
    [['operator', 'list', '-x'], 'operator list has no option -x.'],
    [['token', 'create', '--operater', 'a@example.com'], 'Did you mean --operator?'],
    [['token', 'create'], 'token create needs --operator ADDRESS.'],
    [['token', 'create', '--operator'], '--operator needs a value.'],
    [['token', 'create', '--operator', '--json'], '--operator needs a value'],
    [['token', 'create', '--operator='], '--operator needs a value.'],
    [
      ['token', 'create', '--operator', 'a@b.example', '--operator', 'c@d.example'],
      '--operator is given twice.',
    ],
    [['operator', 'list', '--json=yes'], '--json takes no value.'],
    [['operator', 'list', 'extra'], 'extra is one argument too many.'],
    [['migrate', '--', 'extra'], 'extra is one argument too many.'],
    [['operator', 'add', '--email', 'anna', '--name', 'Anna'], '--email is not an email address'],
    [
      ['operator', 'add', '--email', 'a@example.com', '--name', 'A', '--role', 'boss'],
      '--role is one of agent, lead, manager, admin',
    ],
    [
      ['mailbox', 'add', '--address', 'a@example.com', '--reopen-days', 'ten'],
      '--reopen-days is a whole number',
    ],
    [['mailbox', 'add', '--address', 'a@example.com', '--thread-by', 'subject'], '--thread-by is one of'],
    [['token', 'revoke', '--id', 'mr_x'], '--id is a number'],
    [['relay', 'print', '--file', 'code.js'], '--file is one of Code.gs'],
  ])('%j ends with status 2 and says so', async (args, message) => {
    const { status, out, err } = await mailroom(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
    expect(await db`select from events`).toHaveLength(0);
  });

  test('a far-off word gets no suggestion', async () => {
    expect((await mailroom('frobnicate')).err).not.toContain('Did you mean');
  });
});

describe('failure', () => {
  test('wrong settings are all named', async () => {
    const { status, err } = await mailroomWith({ PORT: 'x', LOG_LEVEL: 'y' }, ['operator', 'list']);
    expect(status).toBe(1);
    expect(err).toMatch(/PORT: [\s\S]*LOG_LEVEL: /);
  });

  test('an unreachable database is named without its password', async () => {
    const unreachable = { ...env, DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/desk' };
    const { status, err } = await mailroomWith(unreachable, ['operator', 'list']);
    expect(status).toBe(1);
    expect(err).toContain('Cannot use the database at postgres://127.0.0.1:1/desk: ');
    expect(err).not.toContain('hunter2');
  });

  test.each([
    [['token', 'create', '--operator', 'nobody@example.com'], 'nobody@example.com is not an operator'],
    [['token', 'revoke', '--id', '7'], 'There is no token 7'],
    [['mailbox', 'rotate-secret', '--mailbox', 'a@example.com'], 'a@example.com is not a mailbox.'],
    [['relay', 'print'], 'There is no mailbox yet'],
  ])('%j ends with status 1 and says why', async (args, message) => {
    const { status, out, err } = await mailroom(...args);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(message);
  });

  test('a database of another version is refused in words, and left as it is', async () => {
    await db`insert into schema_migrations (version, name, applied_at) values (9999, 'later', ${now})`;
    try {
      expect(await mailroom('operator', 'list')).toMatchObject({
        status: 1,
        err: expect.stringContaining('9999') as string,
      });
      expect(await mailroom('migrate')).toMatchObject({
        status: 1,
        err: expect.stringContaining('9999') as string,
      });
    } finally {
      await db`delete from schema_migrations where version = 9999`;
    }
  });
});

test('operators are added and listed', async () => {
  expect(await mailroom('operator', 'list')).toEqual({
    status: 0,
    out: 'There are no operators.\n',
    err: '',
  });
  await succeed('operator', 'add', '--email', 'Anna@Example.com', '--name', 'Anna', '--role', 'lead');
  await succeed('operator', 'add', '--email=ben@example.com', '--name=Ben');
  expect((await succeed('operator', 'list')).out).toBe(
    [
      'ID  EMAIL             ROLE   STATE   NAME',
      '1   anna@example.com  lead   active  Anna',
      '2   ben@example.com   agent  active  Ben',
      '',
    ].join('\n'),
  );
  expect(JSON.parse((await succeed('--json', 'operator', 'list')).out)).toMatchObject([
    {
      id: 1,
      email: 'anna@example.com',
      name: 'Anna',
      role: 'lead',
      active: true,
      createdAt: now.toISOString(),
    },
    { id: 2, email: 'ben@example.com', role: 'agent' },
  ]);
  const twice = await mailroom('operator', 'add', '--email', 'anna@example.com', '--name', 'Anna');
  expect(twice).toEqual({ status: 1, out: '', err: 'anna@example.com is an operator already.\n' });
});

test('a token is printed alone, listed without itself and revoked', async () => {
  await succeed('operator', 'add', '--email', 'anna@example.com', '--name', 'Anna');
  const { out } = await succeed('token', 'create', '--operator', 'anna@example.com', '--name', 'report');
  expect(out).toMatch(/^mr_[\w-]{43}\n$/);
  const list = await succeed('token', 'list', '--operator', 'anna@example.com');
  expect(list.out).toMatch(/^1 +valid +never used +report$/m);
  expect(list.out).not.toContain(out.trim());
  await succeed('token', 'revoke', '--id', '1');
  expect((await succeed('token', 'list', '--operator', 'anna@example.com')).out).toMatch(/^1 +revoked/m);

  const create = ['token', 'create', '--operator', 'anna@example.com', '--read-only', '--json', '--days'];
  expect(JSON.parse((await succeed(...create, '90')).out)).toMatchObject({
    scope: 'read',
    expiresAt: '2027-02-20T10:00:00.000Z',
  });
  for (const days of ['0', '1.5', 'x', '100000']) {
    const err = '--days is a number of days, such as 90\n';
    expect(await mailroom(...create, days)).toEqual({ status: 2, out: '', err });
  }
});

test('a mailbox is added, listed, and its secret rotated', async () => {
  const added = await succeed('mailbox', 'add', '--address', 'support@example.com', '--language', 'ru');
  expect(added.out).toMatch(/^whsec_[\w+/]{43}=$/m);
  expect(JSON.parse((await succeed('mailbox', 'list', '--json')).out)).toMatchObject([
    {
      address: 'support@example.com',
      name: 'support@example.com',
      language: 'ru',
      validSecrets: 1,
      relayHeardAt: null,
    },
  ]);
  const rotated = await succeed('mailbox', 'rotate-secret', '--mailbox', 'Support@example.com');
  expect(rotated.out).toMatch(/^whsec_/m);
  expect(rotated.out).toContain('stays valid');
  expect((await succeed('mailbox', 'list')).out).toMatch(
    /^1 +support@example.com +never +- +- +2 +support@example.com$/m,
  );
  const revoking = await succeed(
    'mailbox',
    'rotate-secret',
    '--mailbox',
    'support@example.com',
    '--revoke-old',
    '--json',
  );
  expect(JSON.parse(revoking.out)).toMatchObject({ address: 'support@example.com', oldSecretsValid: 0 });
});

test('the relay is printed with its address and secret, and the files are for their owner alone', async () => {
  const { secret } = JSON.parse(
    (await succeed('mailbox', 'add', '--address', 'support@example.com', '--json')).out,
  ) as { secret: string };
  const printed = await succeed('relay', 'print');
  expect(printed.out).toContain(`'https://desk.example.com/v1/relay/support@example.com'`);
  expect(printed.out).toContain(`'${secret}'`);

  const to = join(folder, 'relay');
  await succeed('relay', 'print', '--mailbox', 'support@example.com', '--to', to, '--never-spam');
  expect(await readFile(join(to, 'Code.gs'), 'utf8')).toBe(printed.out);
  expect((await stat(join(to, 'Code.gs'))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(to, 'appsscript.json'), 'utf8'))).toMatchObject({
    runtimeVersion: 'V8',
  });
  const filter = await readFile(join(to, 'mailFilters.xml'), 'utf8');
  expect(filter).toContain(`<apps:property name='label' value='mailroom/queue'/>`);
  expect(filter).toContain(`<apps:property name='shouldNeverSpam' value='true'/>`);
  expect(filter).toMatch(/name='doesNotHaveTheWord' value='from:\(me OR /);
  expect((await succeed('relay', 'print', '--file', 'mailFilters.xml')).out).not.toContain('shouldNeverSpam');
});

test('a relay for an address that Google cannot reach comes with a warning', async () => {
  await succeed('mailbox', 'add', '--address', 'support@example.com');
  const local = { ...env, PUBLIC_URL: undefined };
  const { status, out, err } = await mailroomWith(local, ['relay', 'print', '--file', 'mailFilters.xml']);
  expect({ status, isFilter: out.startsWith('<?xml') }).toEqual({ status: 0, isFilter: true });
  expect(err).toContain('set PUBLIC_URL');
});

test('search rebuild tells how many entries it rewrote', async () => {
  await db`insert into search_entries (request_id, words, version) values (1, '', 0)`;
  const rebuilt = await succeed('search', 'rebuild', '--json');
  expect(JSON.parse(rebuilt.out)).toEqual({ rewritten: 1, done: true });
  expect((await succeed('search', 'rebuild')).out).toBe('0 entries rewritten.\n');
});

test('reports rebuild tells what it found otherwise', async () => {
  expect((await succeed('reports', 'rebuild')).out).toBe('0 requests, all counted right.\n');
  expect(JSON.parse((await succeed('reports', 'rebuild', '--json')).out)).toEqual({
    requests: 0,
    differed: 0,
  });
});

test('migrate tells the version and what it applied', async () => {
  const { out } = await succeed('migrate', '--json');
  expect(JSON.parse(out)).toEqual({ version: expect.any(Number) as number, applied: [] });
});

test('as a process it reads the environment and ends with the command line’s status', async () => {
  const run = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        ['src/apps/cli/main.ts', ...args],
        { env: definedOnly(env) },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  expect(await run('operator', 'add', '--email', 'anna@example.com', '--name', 'Anna')).toEqual({
    code: 0,
    stdout: 'Added anna@example.com as agent, operator 1.\n',
    stderr: '',
  });
  expect(await run('operator', 'add', '--email', 'anna@example.com', '--name', 'Anna')).toMatchObject({
    code: 1,
  });
  expect(await run('operator', 'ad')).toMatchObject({ code: 2, stdout: '' });
});

function definedOnly(from: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(from).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function mailroomWith(environment: Environment, args: readonly string[]) {
  return mailroomCommand(args, environment, { now: () => now });
}

function mailroom(...args: string[]) {
  return mailroomWith(env, args);
}

async function succeed(...args: string[]) {
  const result = await mailroom(...args);
  expect(result).toMatchObject({ status: 0, err: '' });
  return result;
}
