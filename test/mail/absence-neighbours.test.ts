import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { classifyMail } from '../../src/mail/kind/classify.ts';
import { visibleText } from '../../src/mail/trim/trim-reply.ts';
import { mailWith } from '../support/parsed-mail.ts';

const kindOf = (wanted: Parameters<typeof mailWith>[0]) => {
  const mail = mailWith({ inReplyTo: ['<n1@desk.example.com>'], name: 'Zoe Example', from: 'zoe@customer.example', ...wanted });
  return classifyMail({ ...mail, visibleText: visibleText(mail.text) }, { mailboxAddress: 'desk@example.com' });
}; // prettier-ignore

test('notes of absence in 32 languages are told from answers under such a subject', () => {
  const table = readFileSync(new URL('../fixtures/clients/absences.tsv', import.meta.url), 'utf8');
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(rows.length).toBeGreaterThan(40);
  const wrong = rows.filter((row) => {
    const [wanted, subject = '', text = ''] = row.split('\t');
    const kind = kindOf({ subject, text: text.replaceAll('\\n', '\n') });
    return kind.class !== 'human' || kind.absenceNote !== (wanted === 'absent');
  }); // prettier-ignore
  expect(wrong).toEqual([]);
});

describe('reactions of Outlook', () => {
  const copy =
    '\n________________________________\nFrom: Desk <desk@example.com>\nSent: Monday, November 23, 2026 10:04 AM\nTo: Zoe\nSubject: Printer\n\nOld';
  const read = (words: string, more: Parameters<typeof mailWith>[0] = {}) =>
    kindOf({ subject: 'Re: Printer', text: words + copy, ...more }).class;
  test.each([
    '👍 Zoe Example reacted to your message:\n',
    '[Like] Zoe Example reacted to your message:\n',
    'Zoe Example hat auf Ihre Nachricht reagiert:\n',
    '❤️ Zoe Example a réagi à votre message :\n',
    'Zoe Example reaccionó a tu mensaje:\n',
    'Zoe Example zareagowała na Twoją wiadomość:\n',
  ])('%s', (words) => expect(read(words)).toBe('receipt'));

  test.each([
    ['of somebody else', 'My boss reacted to your message:\n'],
    ['with an answer', 'Zoe Example reacted to your message:\n\nand wants two more.\n'],
    ['in a sentence', 'Zoe Example reacted to your message: no!\n'],
  ])('no reaction %s', (_, words) => expect(read(words)).toBe('human'));

  test('one above a copy that no rule parts from it', () => {
    const text = `👍 Zoe Example reacted to your message:\n${copy.replace(/_+\n/, '')}`;
    expect(kindOf({ subject: 'Re: Printer', text }).class).toBe('receipt');
  });

  test('no reaction without our message', () => {
    expect(read('👍 Zoe Example reacted to your message:\n', { inReplyTo: [] })).toBe('human');
  });
});
