import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOMS, importFault } from '../../.oxlint/rooms.js';
import { WRITERS } from './writers.ts';

export type SourceFile = { readonly path: string; readonly lines: number; readonly text: string };

/** The rooms with their figures, and every fault of the house: one line each. */
export type House = {
  readonly rooms: readonly RoomFigures[];
  readonly medianLines: number;
  readonly faults: readonly string[];
};

export type RoomFigures = {
  readonly room: string;
  readonly folders: number;
  readonly files: number;
  readonly lines: number;
  /** Rooms that its files import, with how many files each. */
  readonly ties: Readonly<Record<string, number>>;
};

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
/** More than a screen of names, and a newcomer no longer guesses the file. */
const MAX_FILES_PER_FOLDER = 16;
const MAX_LINES = 250;
const MAX_MEDIAN_LINES = 60;

/** Every TypeScript file below src, by its path there. */
export function sourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      const text = readFileSync(full, 'utf8');
      return { path: relative(SRC, full).split(sep).join('/'), lines: text.split('\n').length - 1, text };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Looks at the whole house; `importFault` says the same of single imports to the linter. */
export function surveyHouse(files: readonly SourceFile[]): House {
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]));
  const sizes = files.map(({ lines }) => lines).toSorted((a, b) => a - b);
  const medianLines = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return {
    rooms: ROOMS.map((room) => figuresOf(room, files, imports)),
    medianLines,
    faults: [
      ...files.flatMap(({ path, lines }) =>
        lines > MAX_LINES ? [`${path} has ${lines} lines, at most ${MAX_LINES}: split it by noun`] : [],
      ),
      ...(medianLines > MAX_MEDIAN_LINES ? [`the median file has ${medianLines} lines`] : []),
      ...[...filesByFolder(files)].flatMap(([folder, count]) =>
        count > MAX_FILES_PER_FOLDER
          ? [`${folder}/ has ${count} files, at most ${MAX_FILES_PER_FOLDER}: split the noun`]
          : [],
      ),
      ...[...imports].flatMap(([from, targets]) =>
        targets.flatMap((to) => {
          const fault = importFault(from, to);
          return fault === null ? [] : [`${from} imports ${to}: ${fault}`];
        }),
      ),
      ...files.flatMap(foreignWrites),
      ...doubledTypes(files),
    ],
  };
}

function importsOf({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/(?:from\s+|import\(\s*)'(\.[^']+\.ts)'/g)].map(([, target]) =>
    join(dirname(path), target ?? '')
      .split(sep)
      .join('/'),
  );
}

function filesByFolder(files: readonly SourceFile[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return counts;
}

function figuresOf(
  room: string,
  files: readonly SourceFile[],
  imports: ReadonlyMap<string, readonly string[]>,
): RoomFigures {
  const own = files.filter(({ path }) => path.startsWith(`${room}/`));
  const ties: Record<string, number> = {};
  for (const { path } of own) {
    const rooms = new Set((imports.get(path) ?? []).map(roomOf).filter((each) => each !== room));
    for (const each of rooms) ties[each] = (ties[each] ?? 0) + 1;
  }
  const folders = new Set(own.map(({ path }) => dirname(path)).filter((folder) => folder !== room)).size;
  return { room, folders, files: own.length, lines: own.reduce((sum, { lines }) => sum + lines, 0), ties };
}

function foreignWrites({ path, text }: SourceFile): string[] {
  return Object.entries(WRITERS).flatMap(([table, { room, also = [] }]) =>
    roomOf(path) !== room &&
    !also.includes(path) &&
    new RegExp(`\\b(insert into|update|delete from) ${table}\\b`).test(text)
      ? [`${path} writes ${table}, which only ${[room, ...also].join(', ')} may write`]
      : [],
  );
}

/** A type that others import by its name shares that name with no other type: one word means one thing. */
function doubledTypes(files: readonly SourceFile[]): string[] {
  const declared = files.flatMap(({ path, text }) =>
    [...text.matchAll(/^(export )?(?:type|class|interface) (\w+)/gm)].map(([, exported, name = '']) => ({
      path,
      name,
      exported: exported !== undefined,
    })),
  );
  return [...Map.groupBy(declared, ({ name }) => name)].flatMap(([name, places]) =>
    places.length > 1 && places.some(({ exported }) => exported)
      ? [`the type ${name} is declared in ${places.map(({ path }) => path).join(' and ')}: rename one`]
      : [],
  );
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}
