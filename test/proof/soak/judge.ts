import type { Db } from '../../../src/platform/db/connect.ts';
import { judgeAccepted } from '../accepted-mails.ts';
import { ensure, type Figures } from '../proof.ts';
import type { Arrival, Crew } from './crew.ts';
import { explainCopies } from './copies.ts';
import type { startLoad } from './load.ts';
import { FLAT_WITHIN, quantile, type Quarters, quarters, type startSampling } from './samples.ts';

/** A process is still filling its memory for some minutes: what a shorter run measures is told, and not judged. */
const JUDGED_FROM_MINUTES = 20;

export type Soaked = {
  readonly crew: Crew;
  readonly load: ReturnType<typeof startLoad>;
  readonly sampling: ReturnType<typeof startSampling>;
  readonly began: number;
  readonly ended: number;
  readonly minutes: number;
};

/** Compares what the world outside was answered with what the desk holds and what left it. */
export async function judge(db: Db, soaked: Soaked): Promise<Figures> {
  const { crew, load, minutes } = soaked;
  const { done, failures } = load;
  if (failures[0] !== undefined) throw failures[0];
  const kills = crew.slots.flatMap((slot) => slot.kills).length;
  const filed = await judgeAccepted(
    db,
    done.accepted.map(({ id }) => id),
  );
  const aside = await db`select from intake where source_id = any(${done.aside.map(({ id }) => id)}::text[])`;
  ensure(aside.length === done.aside.length, 'every mail that was put aside is there');
  ensure(filed.lost === 0, `${filed.lost} accepted mails are lost`);
  ensure(filed.twice === 0, `${filed.twice} mails are filed twice`);
  const answers = await judgeAnswers(db, done.answers);
  await judgeFiles(db, done.files);
  const sent = await judgeSent(db, crew.arrivals);
  const flat = flatness(soaked);
  if (minutes >= JUDGED_FROM_MINUTES)
    for (const [what, { first, last, isFlat }] of Object.entries(flat))
      ensure(isFlat, `${what} within ${FLAT_WITHIN * 100} % of the first quarter: ${first}, then ${last}`);
  return {
    'minutes, kills': `${minutes}, ${kills}`,
    'mails accepted: new, answers': ['new', 'answer']
      .map((kind) => done.accepted.filter((each) => each.kind === kind).length)
      .join(', '),
    'of them handed over once more by the relay': done.again,
    'mails put aside':
      done.aside.length === 0 ? 0 : [...new Set(done.aside.map(({ why }) => why))].join('; '),
    'mails lost, filed twice': `${filed.lost}, ${filed.twice}`,
    'answers of operators, lost, there twice': `${done.answers.length}, ${answers.lost}, ${answers.twice}`,
    'closings, lists read': `${done.closed}, ${done.lists.length}`,
    'attachments, each whole': done.files.length,
    'mails that left, never sent': `${sent.left}, ${sent.never}`,
    'attempts at mails that left twice whose end nobody saw, by what became of them':
      sent.reasons.size === 0
        ? 0
        : [...sent.reasons].map(([reason, count]) => `${count}: ${reason}`).join('; '),
    'acts held back because forty were under way': done.heldBack,
    ...paces(soaked),
    ...Object.fromEntries(
      Object.entries(flat).map(([what, { first, last }]) => [
        `${what}: first quarter, last quarter`,
        `${round(first)}, ${round(last)}`,
      ]),
    ),
  };
}

async function judgeAnswers(db: Db, texts: readonly string[]) {
  const rows = await db<{ text: string; count: number }[]>`
    select text, count(*) as count from messages where kind = 'outbound' group by text`;
  const counts = new Map(rows.map(({ text, count }) => [text, count]));
  const lost = texts.filter((text) => !counts.has(text)).length;
  const twice = rows.filter(({ count }) => count > 1).length;
  ensure(lost === 0 && twice === 0, `${lost} answers are lost, ${twice} there twice`);
  return { lost, twice };
}

async function judgeFiles(db: Db, hashes: readonly string[]): Promise<void> {
  const rows = await db<{ hash: string }[]>`
    select encode(sha256(content), 'hex') as hash from attachments where content is not null`;
  const there = new Set(rows.map(({ hash }) => hash));
  const lost = hashes.filter((hash) => !there.has(hash)).length;
  ensure(lost === 0, `${lost} attachments are not there as they came`);
}

async function judgeSent(db: Db, arrivals: readonly Arrival[]) {
  const owed = await db<{ id: string; state: string }[]>`
    select m.internet_message_id as id, d.state from deliveries d join messages m on m.id = d.message_id where not d.on_page`;
  const copies = Map.groupBy(arrivals, ({ id }) => id);
  const never = owed.filter(({ id, state }) => state !== 'sent' || !copies.has(id)).length;
  ensure(never === 0, `${never} mails never left`);
  const reasons = await explainCopies(db, copies);
  return { left: copies.size, never, reasons };
}

function flatness({ sampling, began, ended }: Soaked): Readonly<Record<string, Quarters>> {
  const { memory, connections } = sampling;
  const killed = [...memory].flatMap(([name, samples]) => (name === 'steady' ? [] : samples));
  return {
    'MB of the process that nobody killed': quarters(memory.get('steady') ?? [], began, ended),
    'MB of a process that is killed every four minutes': quarters(killed, began, ended),
    'connections to the database': quarters(connections, began, ended),
  };
}

function paces({ load, began, ended }: Soaked): Figures {
  const half = (began + ended) / 2;
  const told = (all: readonly { readonly at: number; readonly tookMs: number }[]) =>
    [all.filter(({ at }) => at < half), all.filter(({ at }) => at >= half)]
      .map((some) => some.map(({ tookMs }) => tookMs))
      .map((some) => `${round(quantile(some, 0.5))} and ${round(quantile(some, 0.99))}`)
      .join('; ');
  return {
    'ms until a mail was accepted, median and 99 of 100, first half; second half': told(load.done.accepted),
    'ms of a list, median and 99 of 100, first half; second half': told(load.done.lists),
  };
}

const round = (value: number): number => Math.round(value);
