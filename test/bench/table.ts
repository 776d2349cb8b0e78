/** What one thing costs: CPU in milliseconds, round trips to PostgreSQL, how many a second, beside the smallest transaction. */
export type CostRow = {
  readonly nodeMs: number;
  readonly postgresMs: number | null;
  readonly planningMs: number;
  readonly roundTrips: number;
  readonly perSecond: number;
  readonly ratio: number | null;
};

export type Table = {
  readonly cost: (what: string, subject: string, row: CostRow) => void;
  readonly figure: (what: string, subject: string, figure: string) => void;
};

/** The one table of a run, in Markdown, a line as it is measured. */
export function openTable(print: (line: string) => void): Table {
  let headed = false;
  const line = (cells: readonly string[]): void => {
    if (!headed) print(`| ${HEAD.join(' | ')} |\n|${' --- |'.repeat(HEAD.length)}`);
    headed = true;
    print(`| ${cells.join(' | ')} |`);
  };
  return {
    cost(what, subject, row) {
      const both = row.postgresMs === null ? 'not measured' : (row.nodeMs + row.postgresMs).toFixed(2);
      line([
        what,
        subject,
        both,
        row.nodeMs.toFixed(2),
        row.postgresMs?.toFixed(2) ?? 'not measured',
        row.planningMs.toFixed(2),
        row.roundTrips.toFixed(1),
        row.perSecond.toFixed(0),
        row.ratio?.toFixed(2) ?? '',
      ]);
    },
    figure(what, subject, figure) {
      line([what, subject, figure, '', '', '', '', '', '']);
    },
  };
}

const HEAD = [
  'what',
  'of',
  'CPU, ms',
  'Node',
  'PostgreSQL',
  'planning, ms',
  'round trips',
  'a second',
  '÷ smallest transaction',
];
