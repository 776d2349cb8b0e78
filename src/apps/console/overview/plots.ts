import { html } from 'hono/html';
import type { Report } from '../../../requests/reports/report.ts';
import type { Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { count, type OverviewShown } from './figures.ts';
import { drawPlot, type Series } from './plot.ts';
import { queryOf, type Selection } from './selection.ts';
import { overviewWords } from './words.ts';

type Line = Pick<Series, 'className' | 'name' | 'shape'> & { readonly figure: string };

type Drawn = {
  readonly title: string;
  readonly report: Report;
  readonly lines: readonly Line[];
  /** Figures that stand in the table alone. */
  readonly beside?: readonly { readonly name: string; readonly figure: string }[];
  readonly unit?: 'seconds';
};

/** The period over time, a card for each question, with its numbers as a table and as CSV. */
export function plots(visit: Visit, selection: Selection, shown: OverviewShown): Html {
  const words = visit.say(overviewWords);
  const { by } = selection.period;
  const drawn: readonly Drawn[] = [
    {
      title: `${words.volume} ${words.each[by]}`,
      report: shown.volume,
      lines: [
        { className: 'a', name: words.opened, shape: 'bar', figure: 'opened' },
        { className: 'b', name: words.closed, shape: 'bar', figure: 'closed' },
      ],
      beside: [
        { name: words.reopened, figure: 'reopened' },
        { name: words.stillOpen, figure: 'stillOpen' },
      ],
    },
    {
      title: `${words.backlogOverTime} ${words.ofPart[by]}`,
      report: shown.backlog,
      lines: [{ className: 'a', name: words.open, shape: 'area', figure: 'open' }],
    },
    timesOf(visit, words.answer, shown.answers),
    timesOf(visit, words.resolution, shown.resolutions),
    {
      title: words.hours,
      report: shown.hours,
      lines: [{ className: 'a', name: words.opened, shape: 'bar', figure: 'opened' }],
    },
  ];
  return html`${drawn.map((each) => plotCard(visit, selection, each))}`;
}

function timesOf(visit: Visit, title: string, report: Report): Drawn {
  const words = visit.say(overviewWords);
  return {
    title,
    report,
    lines: [
      { className: 'b', name: words.nine, shape: 'line', figure: 'ninetiethSeconds' },
      { className: 'a', name: words.median, shape: 'line', figure: 'medianSeconds' },
    ],
    beside: [
      { name: words.kept, figure: 'withinPolicy' },
      { name: words.broken, figure: 'overPolicy' },
    ],
    unit: 'seconds',
  };
}

function plotCard(visit: Visit, selection: Selection, drawn: Drawn): Html {
  const { title, report, lines, beside = [], unit } = drawn;
  const { format } = visit;
  const say = (value: number): string =>
    unit === 'seconds' ? format.duration(value * 1000) : format.number(value);
  const summed = unit !== 'seconds' && lines.length > 1;
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="legend">
      ${lines.map(
        ({ className, name, figure }) =>
          html`<span
            ><span class="key ${className}"></span
            >${name}${summed ? html` <b>${format.number(count(report.total, figure))}</b>` : ''}</span
          >`,
      )}
    </p>
    <div class="wide-plot" tabindex="0" role="group" aria-label="${title}">
      ${drawPlot({
        title,
        labels: report.rows.map(({ key }) => short(visit, report, key ?? '')),
        series: lines.map(({ figure, ...line }) => ({
          ...line,
          values: report.rows.map(({ values }) => values[figure] ?? null),
        })),
        say,
        ...(unit === undefined ? {} : { unit }),
      })}
    </div>
    ${numbers(visit, selection, { ...drawn, columns: [...lines, ...beside], say })}
  </section>`;
}

function numbers(
  visit: Visit,
  selection: Selection,
  table: Drawn & {
    readonly columns: readonly { readonly name: string; readonly figure: string }[];
    readonly say: (value: number) => string;
  },
): Html {
  const { title, report, columns, say } = table;
  const words = visit.say(overviewWords);
  const { format } = visit;
  const isTime = report.by === 'day' || report.by === 'week' || report.by === 'month';
  const cell = (value: number | null | undefined, figure: string): string =>
    value === null || value === undefined
      ? '–'
      : figure.endsWith('Seconds')
        ? say(value)
        : format.number(value);
  const href = `/overview/${report.name}.csv?${queryOf(selection, { by: report.by })}`;
  return html`<details>
    <summary class="link">${words.numbers}</summary>
    <p><a href="${href}" aria-label="${words.csvOf(title)}" download>${words.csv}</a></p>
    <div class="wide-table">
      <table>
        <thead>
          <tr>
            <th>${isTime ? words.part[selection.period.by] : words.hour}</th>
            ${columns.map(({ name }) => html`<th class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${report.rows.map(
            ({ key, values }) =>
              html`<tr>
                <td>${long(visit, report, key ?? '')}</td>
                ${columns.map(({ figure }) => html`<td class="number">${cell(values[figure], figure)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

// A day has no zone of its own: at noon it is the same day everywhere the plot is read.
function short({ format }: Visit, { by }: Report, key: string): string {
  if (by === 'hour') return key;
  return by === 'month' ? format.calendarMonth(key) : format.calendarDay(key);
}

function long({ format }: Visit, { by }: Report, key: string): string {
  if (by === 'hour') return `${key}:00`;
  return by === 'month' ? format.calendarMonth(key) : format.calendarDate(key);
}
