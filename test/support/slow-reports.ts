import type { Db } from '../../src/platform/db/connect.ts';
import { GROUPS, REPORTS } from '../../src/requests/reports/report.ts';
import { livesOf, type Life } from './request-lives.ts';

type Row = Record<string, string | number | null>;
type Asked = { readonly from: string; readonly to: string; readonly timeZone: string; readonly by: string };

/** The rows of a report, counted the slow way: each request looked at for each row. */
export function slowReport(
  name: string,
  lives: readonly Life[],
  answered: ReadonlyMap<number, Date>,
  { from, to, timeZone, by }: Asked,
): { readonly rows: ReadonlyMap<string, Row>; readonly total: Row } {
  const dayOf = written(timeZone, { dateStyle: 'short' });
  const hourOf = written(timeZone, { hour: '2-digit', hourCycle: 'h23' });
  const within = (at: Date | null | undefined): at is Date =>
    at !== null && at !== undefined && dayOf(at) >= from && dayOf(at) <= to;
  const keyOf = (life: Life, at: Date): string => {
    if (by === 'hour') return hourOf(at);
    const value = by in life ? life[by as 'team'] : partOf(dayOf(at), by);
    return String(value);
  };
  const seconds = (a: Date, b: Date): number => Math.max(0, roundEven((b.getTime() - a.getTime()) / 1000));
  const counts = (
    what: (life: Life) => readonly (readonly [at: Date | null | undefined, figures: Row, sample?: number])[],
  ) => {
    const rows = new Map<string, { figures: Row; samples: number[] }>();
    for (const life of lives)
      for (const [at, figures, sample] of what(life)) {
        if (!within(at)) continue;
        for (const key of [keyOf(life, at), 'TOTAL']) {
          const row = rows.get(key) ?? { figures: {}, samples: [] };
          rows.set(key, row);
          for (const [figure, add] of Object.entries(figures))
            row.figures[figure] = Number(row.figures[figure] ?? 0) + Number(add);
          if (sample !== undefined) row.samples.push(sample);
        }
      }
    return rows;
  };
  const promise = (life: Life, clock: string, done: boolean): Row =>
    life.breached.has(clock) ? { overPolicy: 1 } : done ? { withinPolicy: 1 } : {};
  const settled = (life: Life): Date | null => life.resolved ?? life.closed;
  const made =
    name === 'volume'
      ? counts((life) => [
          [life.opened, { opened: 1, stillOpen: life.closed === null ? 1 : 0 }],
          [life.closed, { closed: 1 }],
          ...life.reopenings.map(({ at }) => [at, { reopened: 1 }] as const),
        ])
      : name === 'first-answer'
        ? counts((life) => {
            if (life.merged) return [];
            const at = answered.get(life.id);
            const figures = {
              ...(at ? { answered: 1 } : { unanswered: 1 }),
              ...promise(life, 'firstAnswer', at !== undefined),
            };
            return [at ? [life.opened, figures, seconds(life.opened, at)] : [life.opened, figures]];
          })
        : name === 'resolution'
          ? counts((life) => {
              const at = settled(life);
              if (life.merged || at === null) return [];
              return [[at, { resolved: 1, ...promise(life, 'resolution', true) }, seconds(life.opened, at)]];
            })
          : counts((life) => [[life.rated, { [String(life.rating)]: 1 }]]);
  if (name === 'backlog') return slowBacklog(lives, { from, to, by }, { dayOf, keyOf });
  const rows = new Map(
    [...made].map(([key, { figures, samples }]) => [
      key,
      samples.length === 0
        ? figures
        : { ...figures, medianSeconds: quantile(samples, 0.5), ninetiethSeconds: quantile(samples, 0.9) },
    ]),
  );
  const total = rows.get('TOTAL') ?? {};
  rows.delete('TOTAL');
  return { rows, total };
}

const WRITTEN = new Map<string, string>();

/** Writes moments as a zone's calendar does, each once: Intl is slow. */
function written(timeZone: string, how: Intl.DateTimeFormatOptions): (at: Date) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, ...how });
  return (at) => {
    const place = `${at.getTime()} ${timeZone} ${JSON.stringify(how)}`;
    const text = WRITTEN.get(place) ?? format.format(at);
    WRITTEN.set(place, text);
    return text;
  };
}

function slowBacklog(
  lives: readonly Life[],
  { from, to, by }: Omit<Asked, 'timeZone'>,
  { dayOf, keyOf }: { dayOf: (at: Date) => string; keyOf: (life: Life, at: Date) => string },
): { rows: ReadonlyMap<string, Row>; total: Row } {
  const isOpen = (life: Life, day: string): boolean =>
    dayOf(life.opened) <= day &&
    (life.closed === null || dayOf(life.closed) > day) &&
    !life.reopenings.some(({ closed, at }) => closed !== null && dayOf(closed) <= day && dayOf(at) > day);
  const rows = new Map<string, Row>();
  for (let day = from; day <= to; day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)) {
    const open = lives.filter((life) => isOpen(life, day));
    if (['day', 'week', 'month'].includes(by)) rows.set(partOf(day, by), { open: open.length });
    else if (day === to)
      for (const life of open) {
        const key = keyOf(life, life.opened);
        rows.set(key, { open: Number(rows.get(key)?.['open'] ?? 0) + 1 });
      }
  }
  return { rows, total: { open: lives.filter((life) => isOpen(life, to)).length } };
}

function partOf(day: string, by: string): string {
  if (by === 'month') return `${day.slice(0, 7)}-01`;
  if (by === 'day') return day;
  const monday = new Date(day);
  while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1);
  return monday.toISOString().slice(0, 10);
}

function quantile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? 0;
  return roundEven(low + (high - low) * (place - Math.floor(place)));
}

// As PostgreSQL rounds: halves to the even number.
function roundEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const PERIODS = [
  { from: '2026-11-20', to: '2027-03-15', timeZone: 'Europe/Berlin', groups: GROUPS },
  { from: '2026-12-03', to: '2026-12-20', timeZone: 'America/St_Johns', groups: ['day', 'hour'] },
];

/** Reads every report in every way and compares it with the slow count; returns those that differ. */
export async function compareReports(
  db: Db,
  answered: ReadonlyMap<number, Date>,
  read: (name: string, query: URLSearchParams) => Promise<any>,
): Promise<readonly string[]> {
  const lives = await livesOf(db);
  const wrong: string[] = [];
  for (const name of REPORTS)
    for (const { groups, ...period } of PERIODS)
      for (const by of groups) {
        const report = await read(name, new URLSearchParams({ ...period, by }));
        const slow = slowReport(name, lives, answered, { ...period, by });
        const rows = report.rows.map(({ key, ...row }: any) => [String(key), { ...row, name: 0 }] as const);
        const found = JSON.stringify([withFigures(rows), clean(report.total)]);
        const expected = JSON.stringify([withFigures([...slow.rows]), clean(slow.total)]);
        if (found !== expected) wrong.push(`${name} by ${by} from ${period.from}: ${found}, not ${expected}`);
      }
  return wrong;
}

function withFigures(rows: readonly (readonly [key: string, figures: Row])[]) {
  return rows
    .map(([key, figures]) => [key, clean(figures)] as const)
    .filter(([, figures]) => figures.length > 0)
    .toSorted(([a], [b]) => a.localeCompare(b));
}

function clean(figures: Row) {
  return Object.entries(figures)
    .filter(([, value]) => value !== 0 && value !== null)
    .toSorted(([a], [b]) => a.localeCompare(b));
}
