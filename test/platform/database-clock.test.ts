import { expect, test } from 'vitest';
import { silentLog } from '../../src/platform/log.ts';
import { databaseClock, followClock } from '../../src/platform/db/database-clock.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();
const START = Date.parse('2026-03-02T09:00:00Z');

/** A clock to follow, how long it takes to answer, and the count between two looks at it. */
function following() {
  const state = { time: START, elapsed: 0, takes: 0 };
  const read = async () => {
    state.elapsed += state.takes / 2;
    state.time += state.takes / 2;
    const read = new Date(state.time);
    state.elapsed += state.takes / 2;
    state.time += state.takes / 2;
    return read;
  };
  const pass = (ms: number) => {
    state.elapsed += ms;
    state.time += ms;
  };
  const clock = followClock(read, () => state.elapsed);
  return { state, pass, clock, shown: () => clock.now().getTime() };
}

test('a followed clock goes on by itself between two looks', async () => {
  const { pass, clock, shown } = following();
  await clock.sync();
  pass(4000);
  expect(shown()).toBe(START + 4000);
});

test('a step of the clock that is followed is seen at the next look, forward and back', async () => {
  const { state, clock, shown } = following();
  await clock.sync();
  for (const step of [300_000, -3_600_000]) {
    const before = shown();
    state.time += step;
    expect(shown()).toBe(before);
    await clock.sync();
    expect(shown()).toBe(before + step);
  }
});

test('a look that took long changes nothing that it is not sure of', async () => {
  const { state, clock, shown } = following();
  await clock.sync();
  state.takes = 2000;
  state.time += 900;
  await clock.sync();
  expect(shown()).toBe(state.time - 900);
  state.time += 60_000;
  await clock.sync();
  expect(shown()).toBe(state.time);
});

test("the database's clock is shown, not this machine's", async () => {
  const clock = await databaseClock(db, silentLog);
  const [row] = await db<{ now: Date }[]>`select clock_timestamp() as now`;
  expect(Math.abs(clock.now().getTime() - (row?.now.getTime() ?? 0))).toBeLessThan(2000);
  clock.stop();
});
