import { afterAll, expect, test } from 'vitest';
import { mailroomCommand } from '../support/command-line.ts';
import { testDatabase } from '../support/database.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db, url } = await testDatabase();
const smtp = await startSmtpListener({ user: 'desk', password: 'secret' });
afterAll(() => smtp.stop());
const now = new Date('2026-11-22T10:00:00Z');

async function mailroom(smtpUrl: string | null, ...args: string[]) {
  const env = {
    DATABASE_URL: url,
    APP_SECRET: 'a'.repeat(32),
    ...(smtpUrl === null ? {} : { SMTP_URL: smtpUrl }),
  };
  return mailroomCommand(args, env, { now: () => now });
}

test('smtp check says of every mailbox whether it can send, in plain words, and fails when one cannot', async () => {
  expect(await mailroom(null, 'smtp', 'check')).toMatchObject({
    status: 1,
    err: 'There is no mailbox yet.\n',
  });
  await mailroom(null, 'mailbox', 'add', '--address', 'support@example.com');
  await mailroom(null, 'mailbox', 'add', '--address', 'sales@example.com');
  const none = await mailroom(null, 'smtp', 'check', '--mailbox', 'Support@Example.com');
  expect(none).toMatchObject({ status: 1, err: '' });
  expect(none.out).toBe(
    'support@example.com: NOT OK. There is no SMTP account: set SMTP_URL, or give the mailbox its own account.\n',
  );
  expect(await mailroom(smtp.url, 'smtp', 'check')).toMatchObject({ status: 0 });

  const wrong = smtp.url.replace('secret', 'wrong');
  const set = await mailroom(smtp.url, 'mailbox', 'smtp', '--mailbox', 'sales@example.com', '--url', wrong);
  expect(set).toMatchObject({ status: 0, err: '' });
  expect(set.out).toContain('sales@example.com sends through desk@127.0.0.1');
  const checked = await mailroom(smtp.url, 'smtp', 'check', '--json');
  expect(checked.status).toBe(1);
  expect(JSON.parse(checked.out)).toMatchObject([
    {
      mailbox: { address: 'sales@example.com' },
      fault: 'sign_in',
      words: expect.stringContaining('%40') as string,
    },
    { mailbox: { address: 'support@example.com' }, fault: null },
  ]);
  expect(checked.out).not.toContain('wrong');
  await mailroom(smtp.url, 'mailbox', 'smtp', '--mailbox', 'sales@example.com', '--remove');
  expect(await db`select mailbox_id from mailbox_transports`).toEqual([]);
  expect(await mailroom(smtp.url, 'smtp', 'check')).toMatchObject({ status: 0 });
  expect(smtp.mails).toEqual([]);
});

test.each([
  [['mailbox', 'smtp', '--mailbox', 'sales@example.com'], '--url is needed'],
  [['mailbox', 'smtp', '--mailbox', 'sales@example.com', '--url', 'ftp://x'], '--url begins with smtp://'],
  [
    ['mailbox', 'smtp', '--mailbox', 'sales@example.com', '--url', 'smtp://u@h', '--oauth-client-id', 'x'],
    '--oauth-client-secret is needed',
  ],
  [
    ['mailbox', 'smtp', '--mailbox', 'sales@example.com', '--url', 'smtp://h', '--daily-limit', 'many'],
    '--daily-limit is a whole number',
  ],
])('%j ends with status 2 and says so', async (args, message) => {
  await mailroom(null, 'mailbox', 'add', '--address', 'sales@example.com');
  const { status, err } = await mailroom(null, ...args);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) as string });
});
