import type { Queryable } from '../../platform/db/connect.ts';
import { isStep } from './period.ts';
import {
  type GroupRow,
  listBacklogChanges,
  listFirstAnswers,
  listOpenAtEnd,
  listRatings,
  listResolutions,
  listVolume,
} from './queries.ts';
import { type AskedReport, NOTHING, type ReportName, type ReportFigures } from './report.ts';

const LISTS = {
  volume: listVolume,
  backlog: listOpenAtEnd,
  'first-answer': listFirstAnswers,
  resolution: listResolutions,
  ratings: listRatings,
} as const satisfies Record<ReportName, unknown>;

export type Groups = ReadonlyMap<string | null, ReportFigures>;

/** A report's figures by group, those with any, and of all together. */
export async function countReport(
  db: Queryable,
  name: ReportName,
  asked: AskedReport,
): Promise<{ readonly groups: Groups; readonly total: ReportFigures }> {
  if (asked.by !== null && name === 'backlog' && isStep(asked.by)) {
    const groups = await backlogOverTime(db, asked);
    // What is open when the last part is over is open when the period is.
    return { groups, total: groups.get(asked.parts.at(-1) ?? null) ?? NOTHING[name] };
  }
  // A median cannot be made of medians: all together are counted by themselves, at the same time.
  const alone =
    name === 'first-answer' || name === 'resolution' ? listGroups(db, name, { ...asked, by: null }) : null;
  const [all, groups] = await Promise.all([alone, listGroups(db, name, asked)]);
  return { groups, total: all === null ? sumOf(name, groups) : (all.get(null) ?? NOTHING[name]) };
}

function sumOf(name: ReportName, groups: Groups): ReportFigures {
  const sum: Record<string, number | null> = { ...NOTHING[name] };
  for (const figures of groups.values())
    for (const [figure, value] of Object.entries(figures)) sum[figure] = (sum[figure] ?? 0) + (value ?? 0);
  return sum;
}

async function listGroups(db: Queryable, name: ReportName, asked: AskedReport): Promise<Groups> {
  const groups = new Map<string | null, ReportFigures>();
  for (const { key, ...figures } of await LISTS[name](db, asked)) {
    const place = keyOf(key, asked);
    groups.set(place, { ...NOTHING[name], ...groups.get(place), ...(figures as ReportFigures) });
  }
  return groups;
}

function keyOf(key: GroupRow['key'], { by, parts }: AskedReport): string | null {
  if (key === null) return null;
  if (isStep(by)) return parts[Number(key)] ?? null;
  return by === 'hour' ? String(key).padStart(2, '0') : String(key);
}

// From its end, where little is open, back to its beginning: what was open then would have to be found among all that was closed since.
async function backlogOverTime(db: Queryable, asked: AskedReport): Promise<Groups> {
  const [changes, atEnd] = await Promise.all([
    listBacklogChanges(db, asked),
    listGroups(db, 'backlog', { ...asked, by: null }),
  ]);
  const changeOf = new Map(changes.map(({ part, change }) => [part, change]));
  let open = atEnd.get(null)?.['open'] ?? 0;
  const groups = new Map<string | null, ReportFigures>();
  for (const [index, part] of [...asked.parts.entries()].toReversed()) {
    groups.set(part, { open });
    open -= changeOf.get(index) ?? 0;
  }
  return groups;
}
