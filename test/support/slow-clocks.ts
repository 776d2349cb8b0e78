import { type Db, type Fragment, json, type Transaction } from '../../src/platform/db/connect.ts';
import { minuteOf, type CalendarTimes } from '../../src/requests/calendars/calendar.ts';
import { openSpans } from '../../src/requests/calendars/open-spans.ts';
import { appendSpans, insertCalendar } from '../../src/requests/calendars/queries.ts';
import { newReplyTag } from '../../src/requests/request/reply-tag.ts';
import { seededRandom } from '../fuzz/mutate.ts';
import { insertContact, insertMailbox } from './desk.ts';

// The clocks of requests a second time: minute by minute, by the wall clocks that PostgreSQL knows, without spans or offsets.

// None whose rules were changed lately: PostgreSQL and Node bring tables of their own, and one of them would be behind.
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Africa/Cairo',
  'Pacific/Chatham',
  'America/Santiago',
  'Asia/Tokyo',
  'UTC',
];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 1440 * MINUTE;
/** Both changes to and from summer time lie in them, north and south. */
const WINDOWS = [
  { from: Date.parse('2026-03-01T00:00:00Z'), days: 65 },
  { from: Date.parse('2026-09-20T00:00:00Z'), days: 65 },
] as const;

/** As many stand in one transaction, which sends the statements of all without waiting for each. */
const AT_ONCE = 50;

type Random = ReturnType<typeof seededRandom>;
type Step = {
  readonly at: number;
  readonly what: 'pend' | 'ask' | 'answer' | 'priority' | 'resolve';
  /** Of the change of priority. */
  readonly priority: Priority;
};
type Priority = 'P1' | 'P2';
type Window = (typeof WINDOWS)[number];
type MadeCalendar = {
  readonly id: number;
  readonly walls: Int32Array;
  /** By the weekday from 1 on: of each minute of a day whether it is open. */
  readonly open: readonly Uint8Array[];
  /** Holidays, in days from 1970. */
  readonly closed: ReadonlySet<number>;
};
type Pool = { readonly window: Window; readonly calendars: readonly MadeCalendar[] };
type Promised = {
  readonly minutes: readonly [number, number, number];
  readonly calendar: MadeCalendar | null;
};

/** Compares so many random requests; returns what differs, in words. */
export async function compareClocks(
  db: Db,
  {
    cases,
    calendars,
    zones,
    seed,
    progress = () => {},
  }: {
    readonly cases: number;
    readonly calendars: number;
    readonly zones: number;
    readonly seed: number;
    readonly progress?: (text: string) => void;
  },
): Promise<string[]> {
  const random = seededRandom(seed);
  const mailboxId = await insertMailbox(db, { address: 'clocks@example.com', name: 'Clocks' });
  const contactId = await insertContact(db, { email: 'maria@example.org', name: 'Maria' });
  const pools: Pool[] = [];
  for (const window of WINDOWS) {
    const walls = new Map<string, Int32Array>();
    for (const zone of ZONES.slice(0, zones)) walls.set(zone, await wallsOf(db, zone, window));
    const made: MadeCalendar[] = [];
    const each = calendars / WINDOWS.length;
    while (made.length < each) {
      progress(`${made.length} of ${each} calendars`);
      const count = Math.min(AT_ONCE, Math.ceil(each) - made.length);
      // Thousands of commits would wait for the disk for most of the time.
      await db.begin(async (tx) => {
        for (let n = 0; n < count; n += 1) made.push(await makeCalendar(tx, random, window, walls));
      });
    }
    pools.push({ window, calendars: made });
  }
  const differences: string[] = [];
  for (let first = 1; first <= cases; first += AT_ONCE) {
    progress(`${first - 1} of ${cases} requests, ${differences.length} differ`);
    const ids = Array.from({ length: Math.min(AT_ONCE, cases - first + 1) }, (_, n) => first + n);
    const found = await db.begin((tx) =>
      Promise.all(
        ids.map((id) => compareOne(tx, random, { mailboxId, contactId, id }, oneOf(random, pools))),
      ),
    );
    for (const [index, each] of found.entries())
      differences.push(...each.map((difference) => `case ${first + index}: ${difference}`));
  }
  return differences;
}

function oneOf<Each>(random: Random, all: readonly Each[]): Each {
  const found = all[random(all.length)];
  if (found === undefined) throw new Error('there is none');
  return found;
}

/** What a wall clock shows at every minute of a window, in minutes from 1970. */
async function wallsOf(db: Db, zone: string, { from, days }: Window): Promise<Int32Array> {
  const [row] = await db<{ walls: number[] }[]>`
    select array_agg(floor(extract(epoch from (at at time zone ${zone})) / 60)::int order by at) as walls
    from generate_series(${new Date(from)}::timestamptz, ${new Date(from + days * DAY)}, interval '1 minute') as at`;
  return Int32Array.from(row?.walls ?? []);
}

async function makeCalendar(
  tx: Transaction,
  random: Random,
  window: Window,
  walls: ReadonlyMap<string, Int32Array>,
): Promise<MadeCalendar> {
  const [timeZone, ofZone] = oneOf(random, [...walls]);
  const times = { timeZone, hours: hoursOf(random), holidays: holidaysOf(random, window) };
  const name = `calendar ${random(2 ** 30)}`;
  const id = await insertCalendar(tx, { name, ...times }, new Date(window.from));
  await appendSpans(
    tx,
    id,
    openSpans(times, new Date(window.from), new Date(window.from + window.days * DAY)),
  );
  return {
    id,
    walls: ofZone,
    open: openMinutes(times),
    closed: new Set(times.holidays.map(({ date }) => Date.parse(date) / DAY)),
  };
}

function openMinutes({ hours }: CalendarTimes): Uint8Array[] {
  const open = Array.from({ length: 8 }, () => new Uint8Array(1440));
  for (const { weekday, from, to } of hours) open[weekday]?.fill(1, minuteOf(from), minuteOf(to));
  return open;
}

async function compareOne(
  tx: Transaction,
  random: Random,
  {
    mailboxId,
    contactId,
    id,
  }: { readonly mailboxId: number; readonly contactId: number; readonly id: number },
  { window, calendars }: Pool,
): Promise<string[]> {
  const promises = { P1: promise(random, calendars), P2: promise(random, calendars) };
  const start = window.from + DAY + random(38 * 86_400) * SECOND;
  const steps = stepsFrom(random, start);
  const end = (steps.at(-1)?.at ?? start) + random(4 * 86_400) * SECOND;
  const at = new Date(start);
  // One after another on one connection, without waiting for each.
  await Promise.all([
    tx`delete from policies where mailbox_id = ${mailboxId}`,
    tx`
      insert into policies (mailbox_id, priority, first_answer_minutes, next_answer_minutes, resolution_minutes, calendar_id,
        created_at, updated_at)
      select ${mailboxId}::bigint, p.priority, p.first, p.next, p.last, p.calendar_id, ${at}::timestamptz, ${at}::timestamptz
      from jsonb_to_recordset(${json(tx, rowsOf(promises))}::jsonb)
        as p (priority text, first integer, next integer, last integer, calendar_id bigint)`,
    tx`
      insert into requests (id, mailbox_id, contact_id, subject, status, priority, reply_tag, created_at, updated_at, last_message_at)
      overriding system value
      values (${id}, ${mailboxId}, ${contactId}, '', 'new', 'P1', ${newReplyTag()}, ${at}, ${at}, ${at})`,
    ...steps.map((step) => take(tx, id, step)),
    tx`
      update requests r
      set (first_answer, next_answer, resolution) = (
        select told.first_answer, told.next_answer, told.resolution from with_told_clocks(r, ${new Date(end)}) as told)
      where id = ${id}`,
  ]);
  const [[row], told] = await Promise.all([
    tx<Found[]>`
      select clock_view(first_answer, ${new Date(end)}) as first, clock_view(next_answer, ${new Date(end)}) as next,
        clock_view(resolution, ${new Date(end)}) as last
      from requests
      where id = ${id}`,
    tx<{ type: string; clock: string; n: number }[]>`
      select type, new ->> 'clock' as clock, count(*)::int as n
      from events
      where request_id = ${id}
      group by type, new ->> 'clock'`,
  ]);
  const slow = slowly({ start, end, steps, promises, window });
  return [
    ...differencesOf('first', row?.first, slow[0]),
    ...differencesOf('next', row?.next, slow[1]),
    ...differencesOf('resolution', row?.last, slow[2]),
    ...told
      .filter(({ clock, n }) => n > 1 && clock !== 'nextAnswer')
      .map(({ type, clock, n }) => `${clock}: ${type} told ${n} times`),
  ];
}

function promise(random: Random, calendars: readonly MadeCalendar[]): Promised {
  const minutes = [1 + random(900), 1 + random(600), 1 + random(2400)] as const;
  return { minutes, calendar: random(5) === 0 ? null : oneOf(random, calendars) };
}

function rowsOf(promises: Readonly<Record<Priority, Promised>>) {
  return Object.entries(promises).map(
    ([
      priority,
      {
        minutes: [first, next, last],
        calendar,
      },
    ]) => {
      return { priority, first, next, last, calendar_id: calendar?.id ?? null };
    },
  );
}

const shown = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function hoursOf(random: Random): CalendarTimes['hours'] {
  const hours = [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => {
    if (random(5) === 0) return [];
    // Some by night, so that the repeated and the missing hour count.
    const from = random(2) === 0 ? random(240) : random(1200);
    const to = from + 1 + random(1440 - from);
    if (to - from < 3 || random(2) === 0) return [{ weekday, from: shown(from), to: shown(to) }];
    const middle = from + 1 + random(to - from - 2);
    return [
      { weekday, from: shown(from), to: shown(middle) },
      { weekday, from: shown(middle + random(to - middle)), to: shown(to) },
    ];
  });
  return hours.length === 0 ? [{ weekday: 7, from: '00:00', to: '24:00' }] : hours;
}

function holidaysOf(random: Random, window: Window): CalendarTimes['holidays'] {
  const days = new Set(Array.from({ length: random(4) }, () => random(window.days)));
  return [...days].map((day) => ({
    date: new Date(window.from + day * DAY).toISOString().slice(0, 10),
    name: '',
  }));
}

function stepsFrom(random: Random, start: number): Step[] {
  let at = start;
  return Array.from({ length: random(7) }, (): Step => {
    at += (1 + random(86_400)) * SECOND;
    const what = (['pend', 'ask', 'ask', 'answer', 'priority', 'resolve'] as const)[random(6)] ?? 'ask';
    return { at, what, priority: random(2) === 0 ? 'P1' : 'P2' };
  });
}

function take(tx: Transaction, id: number, { at: time, what, priority }: Step): Fragment {
  const at = new Date(time);
  const open = tx`where id = ${id} and status <> 'resolved'`;
  switch (what) {
    case 'pend':
      return tx`update requests set status = 'pending', updated_at = ${at} ${open}`;
    case 'ask':
      return tx`
        update requests set status = 'new', resolved_at = null, asked_at = ${at}, updated_at = ${at} where id = ${id}`;
    case 'answer':
      return tx`
        update requests
        set status = 'new', resolved_at = null, first_response_at = coalesce(first_response_at, ${at}), answered_at = ${at},
          updated_at = ${at}
        where id = ${id}`;
    case 'priority':
      return tx`update requests set priority = ${priority}, updated_at = ${at} ${open}`;
    case 'resolve':
      return tx`update requests set status = 'resolved', resolved_at = ${at}, updated_at = ${at} ${open}`;
  }
}

type View = {
  readonly state: string;
  readonly leftSeconds: number;
  readonly due: string | null;
  readonly warnedAt: string | null;
  readonly breachedAt: string | null;
};
type Found = { readonly first: View | null; readonly next: View | null; readonly last: View | null };

type Slow = {
  target: number;
  used: number;
  warnedAt: number | null;
  breachedAt: number | null;
  due: number | null;
  state: string;
};

/** Each clock counted minute by minute, and on from the end until it is due. */
function slowly(of: {
  readonly start: number;
  readonly end: number;
  readonly steps: readonly Step[];
  readonly promises: Readonly<Record<Priority, Promised>>;
  readonly window: Window;
}): readonly (Slow | null)[] {
  const { start, end, steps, promises, window } = of;
  const limit = window.from + window.days * DAY;
  let status = 'new';
  let priority: Priority = 'P1';
  let asked = true;
  let answeredOnce = false;
  const clocks: (Slow | null)[] = [null, null, null];

  const settle = (at: number): void => {
    const over = status === 'resolved';
    const wanted = [!over && !answeredOnce, !over && answeredOnce && asked, !over];
    for (const [index, wants] of wanted.entries()) {
      let clock = clocks[index] ?? null;
      if (wants && (clock === null || (index === 1 && clock.state === 'ended')))
        clock = { target: 0, used: 0, warnedAt: null, breachedAt: null, due: null, state: 'running' };
      if (clock === null) continue;
      clocks[index] = clock;
      clock.state = !wants ? 'ended' : status === 'pending' ? 'paused' : 'running';
      if (wants) clock.target = (promises[priority].minutes[index] ?? 0) * MINUTE;
      if (clock.state === 'running') pass(clock, at);
    }
  };
  const pass = (clock: Slow, at: number): void => {
    if (clock.used >= Math.floor((clock.target * 4) / 5)) clock.warnedAt ??= at;
    if (clock.used >= clock.target) clock.breachedAt ??= at;
  };
  const run = (clock: Slow, from: number, to: number): void => {
    const reach = (goal: number): number | null =>
      clock.used < goal && clock.used + to - from >= goal ? from + goal - clock.used : null;
    clock.warnedAt ??= reach(Math.floor((clock.target * 4) / 5));
    clock.breachedAt ??= reach(clock.target);
    clock.used += to - from;
  };
  const open = (at: number): boolean => isOpen(promises[priority].calendar, at, window.from);

  const waiting = [...steps];
  settle(start);
  for (let at = start; at < end;) {
    const next = Math.min(end, waiting[0]?.at ?? end, (Math.floor(at / MINUTE) + 1) * MINUTE);
    if (open(at)) for (const clock of clocks) if (clock?.state === 'running') run(clock, at, next);
    at = next;
    const now = waiting.filter((step) => step.at === next);
    waiting.splice(0, now.length);
    for (const step of now) {
      if (step.what === 'ask') [status, asked] = ['new', true];
      else if (step.what === 'answer') [status, asked, answeredOnce] = ['new', false, true];
      else if (status === 'resolved') continue;
      else if (step.what === 'pend') status = 'pending';
      else if (step.what === 'resolve') status = 'resolved';
      else priority = step.priority;
      settle(at);
    }
  }
  for (const clock of clocks) {
    if (clock?.state !== 'running') continue;
    let { used } = clock;
    if (used >= clock.target) continue;
    for (let at = end; at < limit;) {
      const next = (Math.floor(at / MINUTE) + 1) * MINUTE;
      if (open(at)) {
        if (used + next - at >= clock.target) {
          clock.due = at + clock.target - used;
          break;
        }
        used += next - at;
      }
      at = next;
    }
  }
  return clocks;
}

function isOpen(calendar: Promised['calendar'], at: number, from: number): boolean {
  if (calendar === null) return true;
  const wall = calendar.walls[Math.floor((at - from) / MINUTE)];
  if (wall === undefined) throw new Error('outside of the window');
  const day = Math.floor(wall / 1440);
  // The first of January 1970 was a Thursday.
  const weekday = ((day + 3) % 7) + 1;
  const minute = wall - day * 1440;
  return !calendar.closed.has(day) && calendar.open[weekday]?.[minute] === 1;
}

function differencesOf(
  name: string,
  found: View | null | undefined,
  slow: Slow | null | undefined,
): string[] {
  if (found === null || found === undefined || slow === null || slow === undefined)
    return (found ?? null) === (slow ?? null)
      ? []
      : [`${name}: ${JSON.stringify(found)} for ${JSON.stringify(slow)}`];
  const time = (text: string | null): number | null => (text === null ? null : Date.parse(text));
  const expected = {
    state: slow.state,
    left: Math.floor((slow.target - slow.used) / SECOND),
    warnedAt: slow.warnedAt,
    breachedAt: slow.breachedAt,
    ...(slow.due === null ? {} : { due: slow.due }),
  };
  const seen = {
    state: found.state,
    left: found.leftSeconds,
    warnedAt: time(found.warnedAt),
    breachedAt: time(found.breachedAt),
    ...(slow.due === null ? {} : { due: time(found.due) }),
  };
  return JSON.stringify(seen) === JSON.stringify(expected)
    ? []
    : [`${name}: ${JSON.stringify(seen)} for ${JSON.stringify(expected)}`];
}
