import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { MailReading } from '../../src/mail/reading/read-mail.ts';
import { readMail } from '../../src/mail/reading/read-mail.ts';
import { mailFixtures } from '../support/mail-fixtures.ts';
import { mutate, seededRandom } from './mutate.ts';

const usage = 'usage: node test/fuzz/main.ts [count] [seed]';
const context = { mailboxAddress: 'desk@example.com', ownDomain: 'example.com' };
/** A fixture is at most 100 kB: one that needs longer than this of the processor is on its way to being quadratic. */
const slowMs = 1000;
/** As many as there are threads, or the time would count the queue. */
const threads = 2;

await main(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now() % 1_000_000));

/** Reads `count` mutated fixtures in the pool; prints the seed first, and every mail that failed, stalled or came out unfit. */
async function main(count: number, seed: number): Promise<void> {
  if (!Number.isInteger(count) || !Number.isInteger(seed)) throw new Error(usage);
  console.log(`fuzzing ${count} mails, seed ${seed} (repeat with: node test/fuzz/main.ts ${count} ${seed})`);
  const raws = mailFixtures().map(({ raw }) => raw);
  const pool = createParsePool({ size: threads });
  // A thread starts with its first mail: that takes longer than any reading.
  await Promise.all(Array.from({ length: threads }, () => pool.read(raws[0]!, context)));
  const faults: string[] = [];
  let slowest = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const raw = mutate(raws, seededRandom(seed + index));
      const before = Buffer.from(raw);
      const started = performance.now();
      const reading = await pool.read(raw, context);
      const took = performance.now() - started;
      const parsing = took > slowMs ? await processorMs(raw) : took;
      slowest = Math.max(slowest, parsing);
      const fault =
        faultOf(reading) ??
        (parsing > slowMs ? `took ${Math.round(parsing)} ms` : null) ??
        (before.equals(raw) ? null : 'changed the raw mail');
      if (fault !== null) faults.push(`seed ${seed + index}: ${fault}`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: threads }, work));
  await pool.close();
  for (const fault of faults.slice(0, 50)) console.error(fault);
  console.log(
    `${count} mails in ${((performance.now() - started) / 1000).toFixed(1)} s, slowest ${Math.round(slowest)} ms, ${faults.length} faults`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

/** What a mail takes of the processor: by the clock it is as slow as the machine is busy. */
async function processorMs(raw: Uint8Array): Promise<number> {
  const before = process.threadCpuUsage();
  await readMail(raw, context);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function faultOf(reading: MailReading): string | null {
  if (!reading.ok) return `${reading.reason}: ${reading.detail}`;
  const { mail } = reading;
  const json = JSON.stringify({
    ...mail,
    attachments: mail.attachments.map((attachment) => ({ ...attachment, content: null })),
  });
  if (json.includes('\\u0000')) return 'a NUL came through';
  if (/\\ud[89a-f]/.test(json)) return 'a lone surrogate came through';
  if (mail.text.trim() !== '' && mail.visibleText.trim() === '') return 'nothing visible of a mail with text';
  if (mail.attachments.some(({ name }) => name === '' || /[/\\]/.test(name) || name === '..'))
    return 'an unsafe file name';
  if (mail.from !== null && !/^\S[^\n]*$/.test(mail.from.address))
    return `an odd sender: ${mail.from.address}`;
  return null;
}
