import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { BENCH_DESK, startDesk } from '../bench/desk.ts';
import { mailOf } from '../support/intake.ts';
import { postMails } from './post-mails.ts';
import { ensure, type Proof } from './proof.ts';

const STRANGERS = 500;
const BODY_BYTES = 5_000_000;
/** All but the end, so that the body is as large as it gets and never whole. */
const SENT = Buffer.alloc(BODY_BYTES - 1000, 'x');
const AGAIN_MS = 5000;
const POSTS = 3;
/** In base64url more than 6 MB. */
const MAIL_BYTES = 4_600_000;
/** A relay that is told `busy` comes again. */
const MAX_TRIES = 10;
const TRY_AGAIN_MS = 2000;
/** Shorter than what cuts a body that stalls: the relay posts while they do. */
const STALL_MS = 3000;
const MAX_GROWTH_MB = 100;

/**
 * Unsigned bodies that come in but for their end; a relay's large mails meanwhile. That they are accepted is promised of
 * strangers who stall; those who come back after each cut flood, and are there for the figures, but for the memory.
 */
export const strangers: Proof = {
  name: 'strangers',
  title: `${STRANGERS} strangers stall with unsigned bodies of 5 MB, a relay posts 6 MB`,
  async run({ url, progress }) {
    const alone = await besiege(url, progress, { strangers: 0, againMs: null });
    const once = await besiege(url, progress, { strangers: STRANGERS, againMs: null });
    const again = await besiege(url, progress, { strangers: STRANGERS, againMs: AGAIN_MS });
    const sieges = [
      ['stalled once', once],
      [`back ${AGAIN_MS / 1000} s after each cut`, again],
    ] as const;
    ensure(once.took.length === POSTS, `the relay's posts are accepted in ${MAX_TRIES} tries`);
    for (const [how, of] of sieges) {
      ensure(
        of.stalled - of.idle <= MAX_GROWTH_MB,
        `${how}: ${of.stalled} MB is near the idle ${of.idle} MB`,
      );
    }
    const mb = (of: Siege): string => `${of.idle}, ${of.stalled}, ${of.highest}`;
    return {
      'MB when idle, without strangers, while the relay posts': mb(alone),
      ...Object.fromEntries(
        sieges.flatMap(([how, of]) => [
          [`${how}: connections they made, bodies written but for their end`, `${of.made}, ${of.wrote}`],
          [`${how}: MB when idle, under the strangers, while the relay posts as well`, mb(of)],
          [
            `${how}: relay posts of 6 MB accepted`,
            `${of.took.length} of ${POSTS} in ${of.tries} tries, the slowest in ${Math.max(0, ...of.took)} ms`,
          ],
        ]),
      ),
    };
  },
};

type Siege = {
  readonly made: number;
  readonly wrote: number;
  readonly idle: number;
  /** Before the relay's first post. */
  readonly stalled: number;
  readonly highest: number;
  readonly tries: number;
  readonly took: readonly number[];
};

async function besiege(
  url: string,
  progress: (text: string) => void,
  { strangers, againMs }: { readonly strangers: number; readonly againMs: number | null },
): Promise<Siege> {
  const desk = await startDesk(url);
  const memory = watchMemory(desk.pid);
  const crowd = startStrangers(desk.url, againMs);
  try {
    await pause(3000);
    const idle = await memory.take();
    crowd.start(strangers);
    while (crowd.connected() < strangers) await pause(20);
    await pause(STALL_MS);
    const stalled = await memory.take();
    progress(`${strangers} strangers: ${idle} MB when idle, ${stalled} MB under them`);
    const { tries, took } = await postAll(desk.url, progress);
    const highest = await memory.take();
    progress(`${highest} MB at most while the relay posted`);
    ensure(desk.isAlive(), 'the process lives');
    return { made: crowd.made(), wrote: crowd.wrote(), idle, stalled, highest, tries, took };
  } finally {
    crowd.stop();
    memory.stop();
    await desk.stop();
  }
}

async function postAll(url: string, progress: (text: string) => void) {
  const took: number[] = [];
  let tries = 0;
  while (took.length < POSTS && tries < MAX_TRIES) {
    tries += 1;
    const ms = await postLarge(url, took.length);
    progress(`post ${took.length + 1} ${ms === null ? 'has to come again' : `took ${ms} ms`}`);
    if (ms === null) await pause(TRY_AGAIN_MS);
    else took.push(ms);
  }
  return { tries, took };
}

// Half of them come from the relay's own address, as everybody does behind a proxy that is not named.
function startStrangers(url: string, againMs: number | null) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let made = 0;
  let connected = 0;
  let wrote = 0;
  let stopped = false;
  const start = (number: number): void => {
    if (stopped) return;
    made += 1;
    const localAddress = number % 2 === 0 ? '127.0.0.1' : `127.0.1.${1 + (number % 100)}`;
    const host = hostname === 'localhost' ? '127.0.0.1' : hostname;
    const socket = connect({ host, port: Number(port), localAddress }, () => (connected += 1));
    sockets.add(socket);
    // Being cut off is what they are there for.
    socket.on('error', () => {});
    socket.resume();
    socket.on('close', () => {
      sockets.delete(socket);
      if (againMs !== null) setTimeout(start, againMs, number);
    });
    socket.write(headOf());
    socket.write(SENT, (error) => {
      if (!error) wrote += 1;
    });
  };
  return {
    start(count: number) {
      for (let number = 0; number < count; number++) start(number);
    },
    made: () => made,
    connected: () => connected,
    wrote: () => wrote,
    stop() {
      stopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function headOf(): string {
  return [
    `POST /v1/relay/${BENCH_DESK} HTTP/1.1`,
    'host: desk.example.com',
    'content-type: application/json',
    `content-length: ${BODY_BYTES}`,
    `webhook-id: ${randomUUID()}`,
    `webhook-timestamp: ${Math.floor(Date.now() / 1000)}`,
    `webhook-signature: v1,${Buffer.alloc(32).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}

/** How long it took until the post was filed; null when it has to come again. */
async function postLarge(url: string, number: number): Promise<number | null> {
  const text = `line ${number} of a long report\r\n`.repeat(Math.ceil(MAIL_BYTES / 25));
  const raw = mailOf({
    from: `sender${number}@customer.example`,
    to: BENCH_DESK,
    subject: `Report ${number}`,
    text,
  });
  const began = performance.now();
  const results = await postMails(url, BENCH_DESK, [{ id: randomUUID(), raw }]);
  if (results?.[0]?.status !== 'accepted') return null;
  return Math.round(performance.now() - began);
}

// The highest since it was last taken, looked at ten times a second.
function watchMemory(pid: number) {
  let highest = 0;
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    highest = Math.max(highest, Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
  };
  const timer = setInterval(() => void look(), 100);
  return {
    async take(): Promise<number> {
      await look();
      const taken = Math.round(highest / 1000);
      highest = 0;
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}
