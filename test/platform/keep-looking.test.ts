import { expect, test } from 'vitest';
import { keepLooking } from '../../src/platform/jobs/keep-looking.ts';
import { silentLog } from '../../src/platform/log.ts';

const HOUR = 3_600_000;

/** A loop whose looks the test ends one by one; between them it would pause for an hour. */
function looker(everyMs = HOUR) {
  const logged: unknown[] = [];
  const looks: { readonly end: () => void; readonly fail: () => void; readonly stop: AbortSignal }[] = [];
  const looking = keepLooking(
    (stop) =>
      new Promise<void>((resolve, reject) =>
        looks.push({ end: resolve, fail: () => reject(new Error('no database')), stop }),
      ),
    {
      everyMs,
      log: { ...silentLog, error: (facts: unknown) => void logged.push(facts) },
      failed: 'it could not be looked',
    },
  );
  return { looking, looks, logged };
}

test('a ring ends the pause, and one during a look has another follow at once', async () => {
  const { looking, looks } = looker();
  looks[0]?.end();
  looking.wake();
  await expect.poll(() => looks.length).toBe(2);
  looking.wake();
  looks[1]?.end();
  await expect.poll(() => looks.length).toBe(3);
  looks[2]?.end();
  await looking.stop();
  expect(looks).toHaveLength(3);
});

test('a look that fails is logged with how many did in a row, and others follow', async () => {
  const { looking, looks, logged } = looker(1);
  for (const at of [0, 1]) {
    await expect.poll(() => looks.length).toBe(at + 1);
    looks[at]?.fail();
  }
  await expect.poll(() => looks.length).toBe(3);
  expect(logged).toMatchObject([{ failures: 1 }, { failures: 2 }]);
  looks[2]?.end();
  await expect.poll(() => looks.length).toBe(4);
  looks[3]?.fail();
  await expect.poll(() => logged.length).toBe(3);
  expect(logged[2]).toMatchObject({ failures: 1 });
  await looking.stop();
});

test('stopping tells the look under way and waits for it', async () => {
  const { looking, looks } = looker();
  let stopped = false;
  const stopping = looking.stop().then(() => (stopped = true));
  expect(looks[0]?.stop.aborted).toBe(true);
  await Promise.resolve();
  expect(stopped).toBe(false);
  looks[0]?.end();
  await stopping;
  expect(looks).toHaveLength(1);
});
