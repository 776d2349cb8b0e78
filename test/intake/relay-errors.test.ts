import { describe, expect, test, vi } from 'vitest';
import { endOfRun } from '../../src/apps/demo/script/execution.ts';
import { reply, type RelayBody } from '../support/relay-server.ts';
import { address, mail, minute, relayWorld, type RelayWorld, secret, url } from '../support/relay-world.ts';

// Days of simulated minutes take seconds, and on a busy machine many of them.
vi.setConfig({ testTimeout: 180_000 });

type Saved = {
  nextAt: number;
  fails: number;
  failed: number;
  suspects: Record<string, { lost: number; killed: number; refused: number }>;
};

const saved = (world: RelayWorld): Saved => world.savedState() as Saved;
const hour = 60 * minute;

async function withMails(count: number): Promise<{ world: RelayWorld; ids: string[] }> {
  const world = await relayWorld();
  world.setup();
  const ids = Array.from({ length: count }, () => {
    world.advance(1);
    return world.account.deliver(mail()).id;
  });
  return { world, ids };
}

/** Sizes of the batches with mail, in order. */
function batches(world: RelayWorld): number[] {
  return world.server.posts.map((post) => post.messages.length).filter((length) => length > 0);
}

function results(body: RelayBody, batch: string, status: (id: string) => string) {
  return reply(200, {
    batch,
    results: body.messages.map(({ id }) => ({ id, status: status(id), outcome: null })),
  });
}

const unusable: [string, (world: RelayWorld) => void][] = [
  [
    'no connection',
    (world) => {
      world.server.hang = () => {
        throw new Error('DNS error: https://desk.example.com');
      };
    },
  ],
  ['500', (world) => (world.server.answer = () => reply(500, 'oops'))],
  ['502 from a proxy', (world) => (world.server.answer = () => reply(502, '<html>bad gateway</html>'))],
  ['a web page with 200', (world) => (world.server.answer = () => reply(200, '<html>Welcome</html>'))],
  [
    'a redirect',
    (world) => (world.server.answer = () => reply(302, '', { location: 'https://elsewhere.example' })),
  ],
  [
    'an answer to another batch',
    (world) => (world.server.answer = (body) => results(body, 'msg_other', () => 'accepted')),
  ],
  ['503 without Retry-After', (world) => (world.server.answer = () => reply(503, 'busy'))],
];

describe('an answer that is not one', () => {
  test.for(unusable)(
    '%s: no label moves, the next batch is one mail after a heartbeat',
    async ([, breakIt]) => {
      const { world, ids } = await withMails(3);
      breakIt(world);
      world.minutes(1);
      expect(ids.map((id) => world.labelNames(id))).toEqual(ids.map(() => ['mailroom/queue']));
      expect(saved(world).nextAt).toBeGreaterThanOrEqual(world.now());
      expect(saved(world).fails).toBe(1);
      world.server.hang = undefined;
      world.server.answer = undefined;
      world.server.posts.length = 0;
      for (let i = 0; i < 2; i += 1) world.account.deliver(mail());
      world.minutes(5);
      expect(world.server.posts.slice(0, 2).map((post) => post.messages.length)).toEqual([0, 1]);
      expect(world.server.stored.size).toBe(5);
      expect(ids.map((id) => world.labelNames(id))).toEqual(ids.map(() => ['mailroom/done']));
      expect(saved(world).failed).toBe(0);
    },
  );

  test('a result missing from a valid answer leaves that mail alone in the queue', async () => {
    const { world, ids } = await withMails(3);
    world.server.answer = (body, batch) => {
      const kept = body.messages.filter((message) => message.id !== ids[1]);
      for (const message of kept) world.server.file(message);
      return reply(200, { batch, results: kept.map(({ id }) => ({ id, status: 'accepted' })) });
    };
    world.minutes(1);
    expect(ids.map((id) => world.labelNames(id)[0])).toEqual([
      'mailroom/done',
      'mailroom/queue',
      'mailroom/done',
    ]);
  });

  test('a status that the contract does not know moves no label', async () => {
    const { world, ids } = await withMails(1);
    world.server.answer = (body, batch) => results(body, batch, () => 'ignored');
    world.minutes(60);
    expect(world.labelNames(ids[0] ?? '')).toEqual(['mailroom/queue']);
  });
});

describe('a server that asks for time', () => {
  test.for([429, 503])('%i is believed for the time it names, and no mail is blamed', async (status) => {
    const { world } = await withMails(2);
    world.server.answer = () => reply(status, 'later', { 'Retry-After': '600' });
    const at = world.now();
    world.minutes(1);
    expect(saved(world).nextAt).toBeGreaterThanOrEqual(at + 600_000);
    expect(saved(world).nextAt).toBeLessThan(at + 610_000);
    expect(saved(world).suspects).toEqual({});
    world.minutes(9);
    expect(batches(world)).toEqual([2]);
  });

  test('is believed for an hour at the most', async () => {
    const { world } = await withMails(1);
    world.server.answer = () => reply(503, 'later', { 'retry-after': '999999' });
    world.minutes(1);
    expect(saved(world).nextAt).toBeLessThanOrEqual(world.now() + hour);
  });

  test('retry never leads to failed, and costs less than an hour of runtime a day', async () => {
    const { world, ids } = await withMails(60);
    world.server.answer = (body, batch) => results(body, batch, () => 'retry');
    world.minutes(24 * 60);
    expect(new Set(ids.flatMap((id) => world.labelNames(id)))).toEqual(new Set(['mailroom/queue']));
    expect(world.faults.runtime).toBeLessThan(hour);
    expect(world.server.posts.flatMap((post) => post.messages).every((message) => message.raw !== null)).toBe(
      true,
    );
    world.server.answer = undefined;
    world.minutes(3 * 60);
    expect(world.server.stored.size).toBe(60);
  });
});

describe('wrong settings', () => {
  test.for([401, 403, 404, 410])(
    '%i is told to the owner once in six hours and tried every half hour',
    async (status) => {
      const { world } = await withMails(2);
      world.server.answer = () => reply(status, 'no');
      const ends = world.minutes(5 * 60);
      const told = ends.filter((end) => end.end === 'threw');
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ message: expect.stringContaining('Correct it and run setup') });
      expect(world.server.posts.length).toBeLessThanOrEqual(12);
      expect(saved(world).suspects).toEqual({});
      expect(world.minutes(7 * 60).filter((end) => end.end === 'threw')).toHaveLength(1);
    },
  );

  test('a secret that is none is told to the owner', async () => {
    const world = await relayWorld({ properties: { RELAY_URL: url, RELAY_SECRET: secret } });
    expect(world.setup()).toEqual({ end: 'done' });
    world.account.deliver(mail());
    world.apps.project.properties.set('RELAY_SECRET', 'hunter2');
    expect(world.minutes(1)).toMatchObject([
      { end: 'threw', message: expect.stringContaining('RELAY_SECRET') },
    ]);
    world.minutes(5);
    expect(world.server.posts).toHaveLength(1);
    // Corrected, it holds at once: the rest was for the wrong one.
    world.apps.project.properties.set('RELAY_SECRET', ` ${secret}\n`);
    world.minutes(1);
    expect(world.server.stored.size).toBe(1);
  });
});

describe('413', () => {
  test('halves the batch until it fits', async () => {
    const { world, ids } = await withMails(8);
    world.server.answer = (body, batch) => {
      if (body.messages.length > 2) return reply(413, 'too large');
      for (const message of body.messages) world.server.file(message);
      return results(body, batch, () => 'accepted');
    };
    world.minutes(3);
    expect(batches(world)).toEqual([8, 4, 2, 2, 4, 2, 2]);
    expect(ids.map((id) => world.labelNames(id)[0])).toEqual(ids.map(() => 'mailroom/done'));
  });

  test('begins no POST after two minutes of a run', async () => {
    const { world } = await withMails(20);
    const began = world.now();
    const begun: number[] = [];
    world.server.hang = () => {
      begun.push(world.now() - began);
      world.advance(25_000);
    };
    world.server.answer = () => reply(413, 'too large');
    world.run('tick');
    expect(begun.length).toBeGreaterThan(3);
    expect(Math.max(...begun)).toBeLessThan(125_000);
  });

  test('for a single mail sends its headers instead', async () => {
    const { world, ids } = await withMails(1);
    world.server.answer = (body, batch) => {
      if (body.messages.some((message) => message.raw !== null)) return reply(413, 'too large');
      for (const message of body.messages) world.server.file(message);
      return results(body, batch, () => 'accepted');
    };
    world.minutes(2);
    expect(world.server.stored.get(ids[0] ?? '')).toMatchObject({ raw: null, oversize: true });
    expect(world.labelNames(ids[0] ?? '')).toEqual(['mailroom/done']);
  });
});

describe('400 and 422', () => {
  test.for([400, 422])(
    '%i: the mail that is meant is found, tried for an hour, then as a stub, then failed',
    async (status) => {
      const { world, ids } = await withMails(4);
      const bad = ids[2] ?? '';
      world.server.answer = (body, batch) => {
        if (body.messages.some((message) => message.id === bad)) return reply(status, 'not the contract');
        for (const message of body.messages) world.server.file(message);
        return results(body, batch, () => 'accepted');
      };
      world.minutes(2);
      expect(ids.map((id) => world.labelNames(id)[0])).toEqual(
        ids.map((id) => (id === bad ? 'mailroom/queue' : 'mailroom/done')),
      );
      world.minutes(55);
      expect(world.labelNames(bad)).toEqual(['mailroom/queue']);
      world.minutes(120);
      expect(world.labelNames(bad)).toEqual(['mailroom/failed']);
      const sent = world.server.posts
        .flatMap((post) => post.messages)
        .filter((message) => message.id === bad);
      expect(sent.at(-1)).toMatchObject({ raw: null, oversize: true });
      expect(sent.filter((message) => message.raw !== null).length).toBeGreaterThanOrEqual(5);
      world.minutes(15);
      expect(world.server.posts.at(-1)?.relay.failed).toBe(1);
    },
  );

  test('a server that refuses heartbeats as well makes no mail fail', async () => {
    const { world, ids } = await withMails(3);
    world.server.answer = () => reply(400, 'upgrade in progress');
    world.minutes(12 * 60);
    expect(ids.flatMap((id) => world.labelNames(id))).toEqual(ids.map(() => 'mailroom/queue'));
  });
});

describe('one mail that makes every answer get lost', () => {
  async function poisoned() {
    const { world, ids } = await withMails(6);
    const poison = ids[1] ?? '';
    world.server.answer = (body, batch) => {
      if (body.messages.some((message) => message.id === poison && message.raw !== null))
        return reply(500, 'crashed');
      for (const message of body.messages) world.server.file(message);
      return results(body, batch, () => 'accepted');
    };
    return { world, ids, poison };
  }

  test('does not hold the others up', async () => {
    const { world, ids, poison } = await poisoned();
    world.minutes(10);
    for (const id of ids.filter((other) => other !== poison))
      expect(world.labelNames(id)).toEqual(['mailroom/done']);
  });

  test('goes as a stub after five losses with a good heartbeat between them', async () => {
    const { world, poison } = await poisoned();
    world.minutes(90);
    const sent = world.server.posts
      .flatMap((post) => post.messages)
      .filter((message) => message.id === poison);
    expect(sent.map((message) => message.raw === null)).toEqual([false, false, false, false, false, true]);
    expect(world.labelNames(poison)).toEqual(['mailroom/done']);
  });

  test('a server that is simply dead makes no stub and no failed mail', async () => {
    const { world, ids } = await withMails(3);
    world.server.answer = () => reply(500, 'dead');
    world.minutes(20 * 60);
    expect(Math.max(...Object.values(saved(world).suspects).map((suspect) => suspect.lost))).toBe(1);
    world.server.answer = undefined;
    world.minutes(4 * 60);
    expect([...world.server.stored.values()].every((message) => message.raw !== null)).toBe(true);
    expect(ids.map((id) => world.labelNames(id)[0])).toEqual(ids.map(() => 'mailroom/done'));
  });
});

describe('killed runs', () => {
  test('a run killed after its POST and before the labels move is answered duplicate, and acknowledged', async () => {
    const { world, ids } = await withMails(3);
    const [end] = world.minutes(1, () => ({
      after: (call) => {
        if (call.url === url) throw endOfRun();
      },
    }));
    expect(end).toEqual({ end: 'killed' });
    expect(world.server.stored.size).toBe(3);
    expect(ids.map((id) => world.labelNames(id)[0])).toEqual(ids.map(() => 'mailroom/queue'));
    world.minutes(30);
    expect(ids.map((id) => world.labelNames(id))).toEqual(ids.map(() => ['mailroom/done']));
    expect(ids.map((id) => world.server.times.get(id))).toEqual([1, 1, 1]);
  });

  test('a mail too big for the script goes alone, then as a stub, and the rest is not held up', async () => {
    const { world, ids } = await withMails(5);
    const poison = ids[2] ?? '';
    const ends = world.minutes(6 * 60, () => ({
      before: (call) => {
        if (call.url?.includes(`${poison}?format=raw`)) throw endOfRun();
      },
    }));
    expect(ends.filter((end) => end.end === 'killed')).toHaveLength(3);
    expect(world.server.stored.get(poison)).toMatchObject({ raw: null, oversize: true });
    expect(ids.map((id) => world.labelNames(id)[0])).toEqual(ids.map(() => 'mailroom/done'));
  });

  test('a mail that kills its stub as well is labelled as failed', async () => {
    const { world, ids } = await withMails(2);
    const poison = ids[0] ?? '';
    world.minutes(24 * 60, () => ({
      before: (call) => {
        if (call.url?.includes(`${poison}?format=raw`) || call.url?.includes(`${poison}?format=metadata`))
          throw endOfRun();
      },
    }));
    expect(ids.map((id) => world.labelNames(id)[0])).toEqual(['mailroom/failed', 'mailroom/done']);
  });
});

describe('Gmail in trouble', () => {
  const google = (status: number, reason: string, message = reason) =>
    reply(status, { error: { code: status, message, errors: [{ reason, message }] } });

  test.for([
    [403, 'rateLimitExceeded'],
    [429, 'userRateLimitExceeded'],
    [500, 'backendError'],
    [400, 'failedPrecondition'],
  ] as const)('%i %s rests two minutes and blames no mail', async ([status, reason]) => {
    const { world } = await withMails(2);
    world.faults.gmail = (request) =>
      request.url.includes('format=raw') ? google(status, reason) : undefined;
    const at = world.now();
    world.minutes(1);
    expect(saved(world).nextAt - at).toBeGreaterThanOrEqual(2 * minute);
    expect(saved(world).nextAt - at).toBeLessThan(3 * minute);
    expect(saved(world).suspects).toEqual({});
    world.faults.gmail = undefined;
    world.minutes(4);
    expect(world.server.stored.size).toBe(2);
  });

  test('a mail that Gmail never gives does not hold the others up, and goes as a stub', async () => {
    const { world, ids } = await withMails(3);
    const stuck = ids[0] ?? '';
    world.faults.gmail = (request) => {
      if (request.url.includes(`${stuck}?format=raw`)) throw new Error(`Timeout: ${request.url}`);
      return undefined;
    };
    world.minutes(15);
    expect([...world.server.stored.keys()]).toEqual(ids.slice(1));
    world.minutes(90);
    expect(world.server.stored.get(stuck)).toMatchObject({ raw: null, oversize: true });
    expect(world.labelNames(stuck)).toEqual(['mailroom/done']);
  });

  test('a Gmail that gives no mail for hours makes no stub', async () => {
    const { world, ids } = await withMails(1);
    world.faults.gmail = (request) =>
      /format=(raw|metadata)/.test(request.url) ? google(500, 'backendError') : undefined;
    world.minutes(100);
    world.faults.gmail = undefined;
    world.minutes(90);
    expect(world.server.stored.get(ids[0] ?? '')).toMatchObject({ raw: expect.any(String) as string });
  });

  test('labels that cannot be moved all day cost less than an hour of runtime', async () => {
    const { world } = await withMails(60);
    world.faults.gmail = ({ url: asked }) =>
      asked.includes('odify') ? google(500, 'backendError') : undefined;
    world.minutes(24 * 60);
    expect(world.faults.runtime).toBeLessThan(60 * minute);
  });

  test('a spent daily quota rests an hour', async () => {
    const { world } = await withMails(1);
    world.faults.gmail = () => {
      throw new Error('Service invoked too many times for one day: urlfetch.');
    };
    const at = world.now();
    world.minutes(1);
    expect(saved(world).nextAt - at).toBeGreaterThanOrEqual(hour);
  });

  test.for([
    [401, 'authError', 'tick every box'],
    [403, 'insufficientPermissions', 'tick every box'],
    [403, 'accessNotConfigured', 'Services + > Gmail API > Add'],
  ] as const)('%i %s is told to the owner in words', async ([status, reason, advice]) => {
    const { world } = await withMails(1);
    world.faults.gmail = () => google(status, reason);
    const ends = world.minutes(5 * 60).filter((end) => end.end === 'threw');
    expect(ends).toMatchObject([{ message: expect.stringContaining(advice) }]);
  });

  test('a deleted label is told to the owner and not made again', async () => {
    const { world } = await withMails(0);
    world.account.deleteLabel(world.account.labels.byName('mailroom/queue')?.id ?? '');
    const ends = world.minutes(60).filter((end) => end.end === 'threw');
    expect(ends).toMatchObject([{ message: expect.stringContaining('run setup') }]);
    expect(world.account.labels.byName('mailroom/queue')).toBeUndefined();
  });

  test('a mail that the owner took out of the queue is found again in the inbox', async () => {
    const { world, ids } = await withMails(1);
    const message = world.account.find(ids[0] ?? '');
    const queue = world.account.labels.byName('mailroom/queue')?.id ?? '';
    if (message) world.account.change(message, [], [queue]);
    world.minutes(6);
    expect(world.server.stored.size).toBe(1);
  });

  test('a label made anew under its name is found by its new id', async () => {
    const { world, ids } = await withMails(1);
    world.account.deleteLabel(world.account.labels.byName('mailroom/done')?.id ?? '');
    world.account.labels.create('mailroom/done');
    world.minutes(3);
    expect(world.labelNames(ids[0] ?? '')).toEqual(['mailroom/done']);
    expect(world.server.times.get(ids[0] ?? '')).toBe(1);
  });

  test.for([400, 404])('labels change one by one when the batch is answered %i', async (status) => {
    const { world, ids } = await withMails(3);
    const missed = world.account.send(mail({ from: address })).id;
    world.faults.gmail = (request) =>
      request.url.includes('batchModify')
        ? google(status, 'failedPrecondition', 'Precondition check failed.')
        : undefined;
    world.minutes(6);
    expect([...ids, missed].map((id) => world.labelNames(id)[0])).toEqual(Array(4).fill('mailroom/done'));
  });
});

test('trouble of more than six hours is told to the owner once in six hours', async () => {
  const { world } = await withMails(1);
  world.server.answer = () => reply(500, 'dead');
  expect(world.minutes(5 * 60).filter((end) => end.end === 'threw')).toHaveLength(0);
  expect(world.minutes(6 * 60).filter((end) => end.end === 'threw')).toHaveLength(1);
});

test('with the day nearly spent it works every fifth minute', async () => {
  const { world } = await withMails(0);
  const state = world.savedState() as { day: object };
  const day = { since: world.now(), ms: 76 * minute, failMs: 0 };
  world.apps.project.properties.set('RELAY_STATE', JSON.stringify({ ...state, day }));
  let lists = 0;
  world.minutes(60, () => ({
    before: (call) => void (lists += call.url?.includes('labelIds=Label') ? 1 : 0),
  }));
  expect(lists).toBe(12);
  // A sweep that Gmail refuses keeps no mail in the queue.
  world.faults.gmail = ({ url: asked }) =>
    asked.includes('labelIds=INBOX') ? reply(500, 'oops') : undefined;
  world.account.deliver(mail());
  world.minutes(6);
  expect(world.server.stored.size).toBe(1);
  expect(world.server.posts.at(-1)?.relay.runtimeTodaySeconds).toBeGreaterThan(76 * 60);
});
