import { describe, expect, test, vi } from 'vitest';
import { endOfRun, type ExecutionHooks } from '../../src/apps/demo/script/execution.ts';
import { mail, relayWorld, type RelayWorld } from '../support/relay-world.ts';

// Days of simulated minutes take seconds, and on a busy machine many of them.
vi.setConfig({ testTimeout: 180_000 });

type Trouble = 'killed before' | 'killed after' | 'fails before' | 'fails after' | 'mail arrives before';

const troubles: Trouble[] = [
  'killed before',
  'killed after',
  'fails before',
  'fails after',
  'mail arrives before',
];

/** A world about to do everything a run can do: several batches, mail to sweep, mail that must stay. */
async function busyWorld(): Promise<RelayWorld> {
  const world = await relayWorld();
  world.setup();
  world.minutes(1);
  world.account.deliver(mail());
  world.account.deliver(mail());
  world.account.send(mail({ from: world.account.address }));
  world.account.deliver(mail(), { labels: ['SPAM', 'mailroom/queue'] });
  const missed = world.account.deliver(mail()).id;
  const queue = world.account.labels.byName('mailroom/queue')?.id ?? '';
  const message = world.account.find(missed);
  if (message) world.account.change(message, [], [queue]);
  world.apps.project.properties.set('RELAY_STATE', JSON.stringify({ ...world.savedState(), batchCount: 2 }));
  world.advance(300_000 - (world.now() % 300_000));
  return world;
}

/** Mails that must reach the server: in the queue or the inbox, and not spam. */
function expectedIds(world: RelayWorld): string[] {
  const wanted = world.account.messages().filter((message) => message.labelIds.has('INBOX'));
  return wanted.map((message) => message.id).sort();
}

/** After every call: a mail that left the queue is stored, and only listed mails were changed. */
function invariants(world: RelayWorld): void {
  for (const message of world.account.messages()) {
    if (!world.labelNames(message.id).includes('mailroom/done')) continue;
    expect(world.server.stored.has(message.id)).toBe(true);
  }
}

function hooksFor(world: RelayWorld, trouble: Trouble, at: number): ExecutionHooks {
  const strike = (): void => {
    if (trouble === 'mail arrives before') world.account.deliver(mail());
    else throw trouble.startsWith('killed') ? endOfRun() : new Error('Service unavailable: try again later');
  };
  return {
    before: (call) => {
      if (call.index === at && trouble.endsWith('before')) strike();
    },
    after: (call) => {
      invariants(world);
      if (call.index === at && trouble.endsWith('after')) strike();
    },
  };
}

/** Every mail committed once, every request sound, every stored mail marked done. */
const asItShouldBe = { commits: [1], breaches: [], labels: ['mailroom/done'] };

function outcomeOf(world: RelayWorld) {
  const stored = [...world.server.stored.keys()].sort();
  return {
    stored,
    commits: [...new Set(world.server.times.values())],
    breaches: world.server.breaches,
    labels: [...new Set(stored.flatMap((id) => world.labelNames(id)))],
  };
}

async function callsOfUndisturbedRun(): Promise<number> {
  const world = await busyWorld();
  let calls = 0;
  world.run('tick', { before: () => void (calls += 1) });
  expect(world.server.stored.size).toBe(4);
  return calls;
}

describe('a run that is struck at any of its calls', () => {
  test.for(troubles)('%s the call: every mail is stored once in the end', async (trouble) => {
    const calls = await callsOfUndisturbedRun();
    expect(calls).toBeGreaterThan(15);
    for (let at = 0; at < calls; at += 1) {
      const world = await busyWorld();
      // One failure is nothing to tell the owner.
      expect(world.run('tick', hooksFor(world, trouble, at)).end).not.toBe('threw');
      world.minutes(45, () => ({ after: () => invariants(world) }));
      expect({ at, ...outcomeOf(world) }).toEqual({ at, stored: expectedIds(world), ...asItShouldBe });
    }
  });

  test('a run killed at every call in turn, one after another, still gets through', async () => {
    const world = await busyWorld();
    let at = 0;
    for (let run = 0; run < 60; run += 1) {
      world.run('tick', hooksFor(world, 'killed after', at));
      at = (at + 1) % 25;
      world.advance(15 * 60_000);
    }
    world.minutes(900);
    expect([...world.server.stored.keys()].sort()).toEqual(expectedIds(world));
    expect(world.server.breaches).toEqual([]);
  });
});

test('changes no mail that it has not listed', async () => {
  const world = await busyWorld();
  const before = new Map(
    world.account.messages().map((message) => [message.id, [...message.labelIds].sort().join()]),
  );
  world.minutes(20);
  const changed = world.asked
    .filter((request) => /modify$/i.test(request.url))
    .flatMap((request) => (JSON.parse(request.body) as { ids: string[] }).ids);
  expect(new Set(changed)).toEqual(new Set(world.server.stored.keys()));
  const untouched = world.account.messages().filter((message) => !changed.includes(message.id));
  expect(untouched).toHaveLength(1);
  for (const message of untouched) {
    expect([...message.labelIds].sort().join()).toBe(before.get(message.id));
  }
});
