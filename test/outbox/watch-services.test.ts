import { afterEach, expect, test } from 'vitest';
import type { Bucket } from '../../src/platform/bucket/bucket.ts';
import { BucketFault } from '../../src/platform/bucket/bucket.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { watchServices } from '../../src/outbox/services/watch-services.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { testMailbox } from '../support/intake.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';
import { oneAccount } from '../support/transports.ts';

const { db } = await testDatabase();
const MINUTE = 60_000;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A desk with a bucket and a scanner that are as the test says, whose admin's mail arrives. */
async function watchedDesk() {
  const smtp = await startSmtpListener();
  const transport = smtpTransport({ url: smtp.url });
  closing.push(smtp.stop, transport.close);
  const faults = { bucket: null as BucketFault | null, scanner: null as string | null };
  const { deps, clock } = testApp(db, { transports: oneAccount(transport) });
  const watched = {
    ...deps,
    bucket: { name: 'mailroom-files', trouble: async () => faults.bucket } as unknown as Bucket,
    scanner: { scan: () => Promise.reject(new Error('not asked')), trouble: async () => faults.scanner },
  };
  await testMailbox(deps);
  await testOperator(deps, { name: 'Ada', role: 'admin' });
  await testOperator(deps, { name: 'Lea' });
  return {
    deps,
    faults,
    minutes: async (count: number, looking: Parameters<typeof watchServices>[0] = watched) => {
      for (let n = 0; n < count; n += 1) {
        clock.advance(MINUTE);
        await Promise.all([watchServices(looking), watchServices(looking)]);
      }
      await deliverDue(deps, { concurrency: 1 });
      return smtp.mails.splice(0).map(({ to, headers }) => [...to, headers['subject']]);
    },
  };
}

const ADA = 'ada@desk.example.com';

test('a bucket that is away for five minutes is told to the admins once, and once more when it is back', async () => {
  const { faults, minutes } = await watchedDesk();
  faults.bucket = new BucketFault('refused', 'The bucket refuses the key: AccessDenied');
  expect(await minutes(5)).toEqual([]);
  expect(await minutes(60)).toEqual([[ADA, 'The bucket mailroom-files does not take files']]);
  faults.bucket = null;
  expect(await minutes(10)).toEqual([[ADA, 'The bucket mailroom-files takes files again']]);
  expect(await db`select from service_troubles`).toEqual([]);
});

test('the alarm of the scanner says why and how many files wait', async () => {
  const { faults, minutes } = await watchedDesk();
  faults.scanner = 'clamd cannot be reached: connect ECONNREFUSED';
  expect(await minutes(10)).toEqual([[ADA, 'The virus scanner does not answer']]);
  const [mail] = await db<{ text: string }[]>`select text from desk_mails`;
  expect(mail?.text).toContain('clamd cannot be reached: connect ECONNREFUSED');
  expect(mail?.text).toContain('0 files wait for the scanner');
  faults.scanner = null;
  expect(await minutes(1)).toEqual([[ADA, 'The virus scanner answers again']]);
});

test('what is away for a moment, again and again, is told to nobody', async () => {
  const { faults, minutes } = await watchedDesk();
  for (let n = 0; n < 4; n += 1) {
    faults.scanner = 'away';
    expect(await minutes(4)).toEqual([]);
    faults.scanner = null;
    expect(await minutes(1)).toEqual([]);
  }
});

test('a desk whose setting was taken out while the service was away forgets its trouble', async () => {
  const { deps, faults, minutes } = await watchedDesk();
  faults.scanner = 'away';
  expect(await minutes(6)).toHaveLength(1);
  expect(await minutes(2, deps)).toEqual([]);
  expect(await db`select from service_troubles`).toEqual([]);
});
