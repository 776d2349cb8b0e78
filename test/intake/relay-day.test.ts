import { describe, expect, test, vi } from 'vitest';
import { amount } from '../support/amount.ts';
import { reply } from '../support/relay-server.ts';
import { mail, minute, relayWorld, type RelayWorld } from '../support/relay-world.ts';

// Days of simulated minutes take seconds, and on a busy machine many of them.
vi.setConfig({ testTimeout: 180_000 });

const day = 24 * 60;

async function worldWith(count: number): Promise<RelayWorld> {
  const world = await relayWorld();
  world.setup();
  for (let i = 0; i < count; i += 1) world.account.deliver(mail());
  return world;
}

test('an idle day costs less than 15 minutes of runtime and few writes', async () => {
  const world = await worldWith(0);
  world.minutes(day);
  expect(world.faults.runtime).toBeLessThan(15 * minute);
  expect(world.apps.project.counts.writes).toBeLessThan(500);
});

/** What a dead server does to a request, and how long that takes when Apps Script ignores the timeout asked for. */
const dead: [string, (world: RelayWorld) => void][] = [
  ...[300, 10_000, 30_000, 60_000, 360_000].map((ms): [string, (world: RelayWorld) => void] => [
    `hangs ${ms / 1000} s`,
    (world) => {
      world.server.hang = () => {
        world.advance(ms);
        throw new Error('Address unavailable: https://desk.example.com');
      };
    },
  ]),
  [
    'is well while Gmail hangs 60 s',
    (world) => {
      world.faults.gmail = () => {
        world.advance(60_000);
        throw new Error('Timeout: https://gmail.googleapis.com');
      };
    },
  ],
  ['answers a web page', (world) => (world.server.answer = () => reply(200, '<html></html>'))],
  ['redirects', (world) => (world.server.answer = () => reply(301, '', { location: 'https://x.example' }))],
  ['answers 413', (world) => (world.server.answer = () => reply(413, ''))],
  ['answers 429', (world) => (world.server.answer = () => reply(429, ''))],
  ['answers 500', (world) => (world.server.answer = () => reply(500, ''))],
];

/** One that hangs longer than a run, one that is slow, and of what is not the server's answer or no answer one each. */
const IN_EVERY_RUN = [
  'hangs 10 s',
  'hangs 360 s',
  'is well while Gmail hangs 60 s',
  'redirects',
  'answers 500',
];
const tried = dead.filter(([what]) => amount(IN_EVERY_RUN.includes(what), true));

describe('a day with a server that', () => {
  test.for(tried)('%s stays under an hour of runtime, and all is filed once afterwards', async ([, kill]) => {
    const world = await worldWith(30);
    kill(world);
    world.minutes(day);
    expect(world.faults.runtime).toBeLessThan(60 * minute);
    expect(world.apps.project.counts.writes).toBeLessThan(5000);
    expect(world.server.stored.size).toBe(0);
    world.server.hang = undefined;
    world.server.answer = undefined;
    world.faults.gmail = undefined;
    // The longest rest after a run that hung for six minutes is three hours.
    world.minutes(4 * 60);
    expect(world.server.stored.size).toBe(30);
    expect([...world.server.times.values()]).toEqual(Array.from({ length: 30 }, () => 1));
    for (const id of world.server.stored.keys()) expect(world.labelNames(id)).toEqual(['mailroom/done']);
  });
});

const WAITING = amount(500, 5000);

test(`${WAITING} waiting mails of mixed sizes drain within a day and its budget, two batches in memory at the most`, async () => {
  const world = await relayWorld();
  world.setup();
  const { server } = world;
  const file = server.file.bind(server);
  // The double would keep every original; here it is enough that it came.
  server.file = (message) => file({ ...message, raw: message.raw === null ? null : 'kept' });
  const large = (size: number) => mail({ text: 'x'.repeat(size) });
  const [some, more, most, stub] = [large(100_000), large(3_000_000), large(20_000_000), large(32_000_000)];
  for (let n = 0; n < WAITING; n += 1) {
    const raw = n === 100 ? most : n === 200 ? stub : n % 1000 === 3 ? more : n % 50 === 0 ? some : mail();
    world.account.deliver(raw);
  }
  for (let hour = 0; hour < 12 && server.stored.size < WAITING; hour += 1) world.minutes(60);
  expect(world.server.stored.size).toBe(WAITING);
  expect([...world.server.stored.values()].filter(({ raw }) => raw === null)).toHaveLength(1);
  expect(world.faults.runtime).toBeLessThan((75 * minute * WAITING) / 5000);
  expect(Math.max(...world.server.posts.map((post) => post.messages.length))).toBe(20);
  // What was fetched since the POST before is what this one carries: with its body that is two batches.
  for (const { fetched, body } of world.strings.posts) expect(fetched).toBeLessThanOrEqual(body + 5000);
  const bodies = world.strings.posts.map(({ body }) => body).filter((body) => body < 20_000_000);
  expect(Math.max(...bodies)).toBeLessThan(6 * 1024 * 1024 * (4 / 3) + 20_000);
});
