import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { largeMails } from '../support/large-mail.ts';

const context = { mailboxAddress: 'desk@example.com' };
const pool = createParsePool({ size: 1 });
afterAll(() => pool.close());

const { attachment, ...others } = largeMails;

test.each(Object.entries(others))(
  'a mail large by its %s comes through within the deadline',
  async (_, build) => {
    const reading = await pool.read(build(), context);
    expect(reading.ok).toBe(true);
    if (!reading.ok) return;
    expect(reading.mail.from).toEqual({ name: 'Ann Writer', address: 'ann@customer.example' });
    expect(reading.mail.subject).toBe('large');
    expect(reading.mail.internetMessageId).toBe('<l@customer.example>');
    expect(reading.mail.text).not.toBe('');
  },
);

test('a 22 MB attachment in a 30 MiB mail comes through byte for byte', async () => {
  const content = Buffer.alloc(22 * 1024 * 1024);
  for (let i = 0; i < content.length; i += 4) content.writeUInt32LE(Math.imul(i, 2654435761) >>> 0, i);
  const reading = await pool.read(attachment(content), context);
  expect(reading.ok && content.equals(reading.mail.attachments[0]!.content)).toBe(true);
  expect(reading.ok && reading.mail.text).toBe('hello');
});

test('the event loop keeps turning while a thread reads the worst mail', async () => {
  const raw = attachment(Buffer.alloc(22 * 1024 * 1024, 7));
  let longest = 0;
  const started = performance.now();
  let last = started;
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await pool.read(raw, context);
  clearInterval(beat);
  // Against the reading's own time, which grows as the machine's load does: read on this thread, it would be one long pause.
  expect(longest).toBeLessThan((performance.now() - started) / 2);
});
