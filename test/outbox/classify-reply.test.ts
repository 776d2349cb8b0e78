import { expect, test } from 'vitest';
import { refusesAsDead } from '../../src/mail/bounce/refusal.ts';
import { classifyReply } from '../../src/outbox/sending/classify-reply.ts';
import { readReply } from '../../src/outbox/smtp/smtp-faults.ts';

test.each([
  [
    'account_limit',
    '550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n550 5.4.5 go to',
  ],
  ['account_limit', '550 5.7.1 Daily SMTP relay limit exceeded for customer.'],
  ['account_limit', '421 4.7.28 Gmail has detected an unusual rate of unsolicited mail.'],
  ['account_limit', '450 4.2.1 Peak SMTP relay limit exceeded for customer.'],
  ['account_limit', '452 4.5.4 Daily sending quota exceeded'],
  ['account_limit', '454 4.7.0 Too many login attempts, please try again later.'],
  ['account_limit', '454 Throttling failure: Maximum sending rate exceeded.'],
  ['account_limit', '550 5.7.1 You have reached your sending limit for today'],
  ['account_limit', '550 Domain example.com has exceeded the max emails per hour (101/100) allowed.'],
  ['account_limit', '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException'],
  ['temporary', '421 4.4.5 Server busy, try again later.'],
  ['temporary', '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents it'],
  ['temporary', '452 4.2.2 The email account that you tried to reach is over quota.'],
  ['temporary', '452 4.5.3 Your message has too many recipients.'],
  ['temporary', '552 5.5.3 Too many recipients'],
  ['temporary', '550 5.2.121 The recipient has exceeded their limit for messages per hour from this sender.'],
  ['temporary', '550 5.7.1 Greylisted'],
  ['temporary', '554 5.7.1 Temporarily deferred'],
  ['temporary', '503 Bad sequence of commands'],
  ['permanent', '550 5.1.1 User unknown; check the address and try again'],
  ['permanent', '550 5.2.1 The email account that you tried to reach is disabled.'],
  ['permanent', '552 5.2.2 Mailbox full, quota exceeded'],
  ['permanent', '552 5.3.4 Message too big'],
  ['permanent', '554 5.7.1 Relay access denied'],
])('%s: %s', (expected, line) => {
  expect(classifyReply(readReply(line))).toBe(expected);
});

test.each([
  ['550 5.1.1 The email account that you tried to reach does not exist.', true],
  ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup', true],
  ['550 5.2.1 The email account that you tried to reach is disabled.', true],
  ['550 No such user here', true],
  ['552 5.2.2 Mailbox full, quota exceeded', false],
  ['554 5.7.1 Relay access denied', false],
  ['550 5.7.1 Looks like spam', false],
  ['550 5.1.0 <desk@example.com>: Sender address rejected: User unknown in local recipient table', false],
])('%s: the address is dead: %s', (line, dead) => {
  expect(refusesAsDead(readReply(line))).toBe(dead);
});
