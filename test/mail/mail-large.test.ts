import { afterAll, expect, test } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { amount } from '../support/amount.ts';
import { largeMails } from '../support/large-mail.ts';

const context = { mailboxAddress: 'desk@example.com' };
const PART = amount(8, 1);
const pool = createParsePool({ size: 1 });
afterAll(() => pool.close());

const { attachment, ...others } = largeMails(PART);

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
  let share = 1;
  // Other processes may hold the processor in one of them; read on this thread, each would be one long pause.
  for (let tries = 0; tries < 3 && share >= 1 / 2; tries += 1)
    share = await longestPause(() => pool.read(raw, context));
  expect(share).toBeLessThan(1 / 2);
});

/** The longest time without a turn of the event loop, as a share of the work's own time, which grows as the machine's load does. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let [last, longest] = [started, 0];
  const turn = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const beat = setInterval(turn, 1);
  await work();
  clearInterval(beat);
  // Work on this thread ends before the interval has its turn.
  turn();
  return longest / (performance.now() - started);
}
