import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../src/platform/clock.ts';
import { connect, type Db } from '../../../src/platform/db/connect.ts';
import { encodeCursor, type Position } from '../../../src/platform/lists/cursor.ts';
import type { OperatorActor } from '../../../src/people/access/actor.ts';
import type { RequestFilters } from '../../../src/requests/lists/filter-queries.ts';
import { listRequests } from '../../../src/requests/lists/list-requests.ts';
import { REQUEST_SORTS, type RequestSort } from '../../../src/requests/lists/request-sorts.ts';
import { requestTables } from '../../../src/requests/request/request-columns.ts';
import { NARROWED, VIEWERS } from './pages.ts';

/** A page that was read: the CPU it costs PostgreSQL and Node together, at the median, as the machine is when it is at rest. */
export type ReadPage = {
  readonly name: string;
  /** The filters, and the sort, by their names. */
  readonly kinds: readonly [filters: string, sort: string];
  readonly ms: number;
  readonly found: number;
};

export type Swept = {
  /** Those whose names match, and by these sorts; all unless told. */
  readonly only?: RegExp;
  readonly sorts?: readonly string[];
  /** One of so many, which by the seed; all unless told. */
  readonly oneOf?: number;
  readonly seed?: string;
  /** What takes less the first time is not read again, nor what is known to take long. */
  readonly bound: number;
  readonly dear?: RegExp;
  readonly progress: (text: string) => void;
};

/** Every filter by every sort, its first page and one from the middle on, as each viewer; the dearest first. */
export async function sweepLists(
  url: string,
  { only = /(?:)/, sorts, oneOf = 1, seed = '', bound, dear = /(?!)/, progress }: Swept,
): Promise<ReadPage[]> {
  // One process of PostgreSQL, whose CPU is read: with others to help it, it would do less than is done.
  const db = connect(alone(url), { max: 1 });
  const pages: ReadPage[] = [];
  const slowness = await yardstick(db);
  const read = async (
    kinds: ReadPage['kinds'],
    from: string,
    page: () => Promise<{ items: readonly unknown[] }>,
  ) => {
    const name = `${kinds.join(' by ')}${from}`;
    if (!only.test(name) || placeOf(`${seed} ${name}`) % oneOf !== 0) return;
    const first = await costOf(db, page).catch((cause: unknown) => {
      throw new Error(name, { cause });
    });
    // What else the machine does disturbs one now and then, and what is read for the first time is not in memory.
    const costs = [first.ms <= bound ? first.ms : first.ms / (await slowness())];
    while (first.ms > bound && !dear.test(name) && costs.length < 3)
      costs.push((await costOf(db, page)).ms / (await slowness()));
    const [ms = 0] = costs.toSorted((a, b) => a - b).slice(costs.length >> 1);
    pages.push({ name, kinds, ms, found: first.found });
    if (ms > bound) progress(`${ms.toFixed(0)} ms ${name}`);
  };
  try {
    for (const text of sorts ?? everySort()) {
      const sort = REQUEST_SORTS.parse(text);
      if (sort === null) throw new Error(`nothing is sorted by ${text}`);
      progress(`by ${text}, ${pages.length} pages read`);
      const middle = await middleOf(db, sort);
      for (const [who, viewer] of Object.entries(VIEWERS))
        for (const { name, filters } of NARROWED) {
          const list = { filters, sort, limit: 50, total: false };
          const scope = JSON.stringify(['requests', filters, sort]);
          const cursor = middle === null ? undefined : encodeCursor(middle, scope);
          await read([name, text], `, ${who}`, () => readList(db, viewer, list));
          await read([name, text], ` from the middle on, ${who}`, () =>
            readList(db, viewer, { ...list, cursor }),
          );
        }
    }
    return pages.toSorted((a, b) => b.ms - a.ms);
  } finally {
    await db.end();
  }
}

// The same of the same name on every machine, and near to no other's.
function placeOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE();
}

function readList(
  db: Db,
  viewer: OperatorActor,
  page: {
    readonly filters: RequestFilters;
    readonly sort: RequestSort;
    readonly limit: number;
    readonly total: boolean;
    readonly cursor?: string | undefined;
  },
) {
  return listRequests({ db, clock: systemClock }, viewer, page);
}

function alone(url: string): string {
  const without = new URL(url);
  without.searchParams.set('max_parallel_workers_per_gather', '0');
  return without.href;
}

// Each one way, by turns: an index is walked both ways.
function everySort(): readonly string[] {
  return [...REQUEST_SORTS.names, 'field.cost'].map((name, index) => (index % 2 === 0 ? `-${name}` : name));
}

/** Where the middle of the whole list is. */
async function middleOf(db: Db, sort: RequestSort): Promise<Position | null> {
  const [row] = await db<Position[]>`
    select ${REQUEST_SORTS.value(db, sort)} as value, r.id
    from ${requestTables(db)}
    ${REQUEST_SORTS.orderBy(db, sort)}
    offset (select count(*) / 2 from requests)
    limit 1`;
  return row ?? null;
}

async function costOf(
  db: Db,
  page: () => Promise<{ items: readonly unknown[] }>,
): Promise<{ readonly ms: number; readonly found: number }> {
  const [backend] = await db<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const before = await cpuOf(backend?.pid ?? 0);
  const began = performance.now();
  const { items } = await page();
  const wall = performance.now() - began;
  const after = await cpuOf(backend?.pid ?? 0);
  return { ms: before === null || after === null ? wall : after - before, found: items.length };
}

/**
 * How many times as long a core takes now as when it was fastest. Two threads of one core have its units and its cache between them,
 * so that a page costs up to twice the CPU while anything else is at work; a loop that is always the same then does, too.
 */
async function yardstick(db: Db): Promise<() => Promise<number>> {
  const [backend] = await db<{ pid: number }[]>`select pg_backend_pid() as pid`;
  let least = Infinity;
  const slowness = async () => {
    const before = await cpuOf(backend?.pid ?? 0);
    const { user, system } = process.cpuUsage();
    await db`select sum(n % 7) from generate_series(1, 100000) n`;
    const after = await cpuOf(backend?.pid ?? 0);
    if (before === null || after === null) return 1;
    const own = process.cpuUsage({ user, system });
    const taken = after - before - (own.user + own.system) / 1e3;
    least = Math.min(least, taken);
    return taken / least;
  };
  for (let n = 0; n < 20; n += 1) await slowness();
  return slowness;
}

/** Milliseconds on a core of PostgreSQL's process and of this one; null where the system does not tell. */
async function cpuOf(pid: number): Promise<number | null> {
  try {
    const [nanoseconds] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
    const { user, system } = process.cpuUsage();
    return Number(nanoseconds) / 1e6 + (user + system) / 1e3;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return null;
  }
}
