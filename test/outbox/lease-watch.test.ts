import { beforeEach, describe, expect, test } from 'vitest';
import { type LeaseWatch, watchLeases } from '../../src/outbox/sending/lease-watch.ts';

const LENGTH = 120_000;
const START = Date.parse('2026-03-02T09:00:00Z');

/** An hour, and more days than an outage lasts until it fails messages. */
const STEPS = [3_600_000, 6 * 86_400_000];

describe('a lease', () => {
  let elapsed = 0;
  let watch: LeaseWatch;
  beforeEach(() => {
    elapsed = 0;
    watch = watchLeases(LENGTH, () => elapsed);
  });
  const look = (until: number, clock: number, owner = 'a'): boolean =>
    watch.lost(
      [{ deliveryId: 1, owner, until: new Date(START + until).toISOString() }],
      new Date(START + clock),
    ).length === 1;

  test('that is over and stood still for half its length is lost', () => {
    expect(look(LENGTH, 0)).toBe(false);
    elapsed = LENGTH / 2;
    expect(look(LENGTH, LENGTH)).toBe(false);
    expect(look(LENGTH, LENGTH + 1)).toBe(true);
  });

  test.each(STEPS)(
    'that is renewed is never lost, though the clock jumps forward by %i ms between any two looks',
    (step) => {
      let jumped = 0;
      for (let renewals = 0; renewals < 20; renewals++) {
        for (let looks = 0; looks < 30; looks++) {
          elapsed += 1000;
          expect(look(LENGTH + renewals * 30_000, elapsed + jumped)).toBe(false);
        }
        jumped += step;
      }
    },
  );

  test.each(STEPS)(
    'whose owner is dead is lost after its length, though the clock was set back by %i ms',
    (step) => {
      expect(look(LENGTH, 0)).toBe(false);
      elapsed = LENGTH - 1;
      expect(look(LENGTH, -step)).toBe(false);
      elapsed = LENGTH;
      expect(look(LENGTH, -step)).toBe(true);
    },
  );

  test('that another owner took is watched from then on', () => {
    look(LENGTH, 0);
    elapsed = LENGTH;
    expect(look(LENGTH, 2 * LENGTH, 'b')).toBe(false);
    elapsed += LENGTH / 2;
    expect(look(LENGTH, 2 * LENGTH, 'b')).toBe(true);
  });

  test('that a watcher sees for the first time is not lost, however long it has been over', () => {
    expect(look(-86_400_000, 0)).toBe(false);
  });
});
