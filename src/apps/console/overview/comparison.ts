import { html } from 'hono/html';
import { may } from '../../../people/access/permissions.ts';
import { readReport } from '../../../requests/reports/read-report.ts';
import type { ReportFigures, ReportName } from '../../../requests/reports/report.ts';
import type { Priority } from '../../../requests/request.ts';
import { type Html, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { count, lasting, share } from './figures.ts';
import { COMPARED, inputOf, queryOf, type Selection } from './selection.ts';
import { overviewWords } from './words.ts';

const COMPARED_REPORTS = [
  'volume',
  'first-answer',
  'resolution',
  'ratings',
] as const satisfies readonly ReportName[];

type Row = { readonly name: string; readonly figures: Readonly<Record<ReportName, ReportFigures>> };

/** Mailboxes, teams, operators, categories or priorities side by side. */
export async function comparison(visit: Visit, selection: Selection): Promise<Html> {
  const { actor, say } = visit;
  const words = say(overviewWords);
  const offered = COMPARED.filter((each) => each !== 'team' || may(actor, 'teams.figures'));
  const by = offered.find((each) => each === selection.compared) ?? 'mailbox';
  const rows = await readRows(visit, selection, by);
  return html`<section class="card" id="compared">
    <h2>${words.compared}</h2>
    <nav class="tabs" aria-label="${words.compared}">
      ${offered.map(
        (each) =>
          html`<a
            href="/overview?${queryOf(selection, { compare: each })}#compared"
            ${each === by ? html`aria-current="page"` : ''}
            >${words.by[each]}</a
          >`,
      )}
    </nav>
    ${rows.length === 0 ? html`<p class="quiet">${words.noFigures}</p>` : table(visit, by, rows)}
    ${when(rows.length > 0, () => links(visit, selection, by))}
  </section>`;
}

async function readRows(
  visit: Visit,
  selection: Selection,
  by: (typeof COMPARED)[number],
): Promise<readonly Row[]> {
  const { deps, actor, settings } = visit;
  const words = visit.say(overviewWords);
  const { priority } = visit.say(terms);
  const input = { ...inputOf(settings, selection), by };
  const reports = await Promise.all(COMPARED_REPORTS.map((name) => readReport(deps, actor, name, input)));
  const nameOf = (key: string | null, name: string | null): string =>
    key === null ? words.none : by === 'priority' ? priority[key as Priority] : (name ?? key);
  const rows = new Map<string | null, Row>();
  for (const report of reports)
    for (const { key, name, values } of report.rows) {
      const row = rows.get(key) ?? { name: nameOf(key, name), figures: NONE };
      rows.set(key, { ...row, figures: { ...row.figures, [report.name]: values } });
    }
  return [...rows.values()];
}

const NONE: Row['figures'] = { volume: {}, backlog: {}, 'first-answer': {}, resolution: {}, ratings: {} };

function table(visit: Visit, by: (typeof COMPARED)[number], rows: readonly Row[]): Html {
  const words = visit.say(overviewWords);
  const number = (figures: ReportFigures, name: string): string => visit.format.number(count(figures, name));
  const columns: readonly (readonly [string, (row: Row['figures']) => string | null])[] = [
    [words.opened, ({ volume }) => number(volume, 'opened')],
    [words.closed, ({ volume }) => number(volume, 'closed')],
    [words.reopened, ({ volume }) => number(volume, 'reopened')],
    [words.answerShort, (row) => lasting(visit, row['first-answer'], 'medianSeconds')],
    [words.answeredOnTime, (row) => kept(row['first-answer'])],
    [words.resolutionShort, ({ resolution }) => lasting(visit, resolution, 'medianSeconds')],
    [words.resolvedOnTime, ({ resolution }) => kept(resolution)],
    [words.ratings, ({ ratings }) => share(count(ratings, 'helpful'), count(ratings, 'unhelpful'))],
  ];
  return html`<div class="wide-table">
    <table>
      <thead>
        <tr>
          <th>${words.by[by]}</th>
          ${columns.map(([name]) => html`<th class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, figures }) =>
            html`<tr>
              <th dir="auto">${name}</th>
              ${columns.map(([, say]) => html`<td class="number">${say(figures) ?? '–'}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function kept(figures: ReportFigures): string | null {
  return share(count(figures, 'withinPolicy'), count(figures, 'overPolicy'));
}

function links(visit: Visit, selection: Selection, by: (typeof COMPARED)[number]): Html {
  const words = visit.say(overviewWords);
  const titles = [words.volume, words.answer, words.resolution, words.ratings];
  return html`<p class="quiet">
    ${words.csv}:
    ${COMPARED_REPORTS.map(
      (name, place) =>
        html`<a href="/overview/${name}.csv?${queryOf(selection, { by })}" download>${titles[place]}</a> `,
    )}
  </p>`;
}
