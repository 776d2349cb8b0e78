import { csvLine } from '../../platform/csv.ts';
import { NOTHING, type Report } from './report.ts';

/** The rows of a report as CSV, a header line first. */
export function renderCsv({ name, rows }: Report): {
  readonly body: string;
  readonly headers: Record<string, string>;
} {
  const figures = Object.keys(NOTHING[name]);
  const lines = rows.map((row) =>
    csvLine([row.key, row.name, ...figures.map((figure) => row.values[figure] ?? null)]),
  );
  return {
    body: [csvLine(['key', 'name', ...figures]), ...lines].join(''),
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}.csv"`,
    },
  };
}
