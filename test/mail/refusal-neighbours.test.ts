import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judgeRefusal } from '../../src/mail/bounce/refusal.ts';
import { readMail } from '../../src/mail/reading/read-mail.ts';

test('141 refusals of 92 servers tell a dead address from a living one', () => {
  const table = readFileSync(new URL('../fixtures/clients/refusals.tsv', import.meta.url), 'utf8');
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(rows.length).toBeGreaterThan(130);
  const wrong = rows.filter((row) => {
    const [, status = '', words = '', wanted] = row.split('\t');
    return judgeRefusal(status, words).dead !== (wanted === 'dead');
  });
  expect(wrong).toEqual([]);
});

test('66 reports and mails of people about such are told apart, by what became of the email', async () => {
  const table = readFileSync(new URL('../fixtures/clients/reports.tsv', import.meta.url), 'utf8');
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(rows.length).toBeGreaterThan(50);
  const wrong: string[] = [];
  for (const row of rows) {
    const [kind, action = '', from = '', path = '', more = '', subject = '', text = ''] = row.split('\t');
    const raw = [
      `Return-Path: ${path}`,
      `From: ${from}`,
      ...(more === '' ? [] : [more]),
      `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      text.replaceAll('\\n', '\r\n'),
    ];
    const reading = await readMail(Buffer.from(raw.join('\r\n')), { mailboxAddress: 'desk@example.com' });
    if (!reading.ok) throw new Error(reading.detail);
    const { classification, bounce } = reading;
    const named = bounce?.recipients.some(({ address }) => address === 'bob@other.example') ?? false;
    const holds = classification.class === kind && (action === '-' || (bounce?.action === action && named));
    if (!holds) wrong.push(row);
  }
  expect(wrong).toEqual([]);
});
