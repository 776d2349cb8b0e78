import { html } from 'hono/html';
import type { Figures } from '../../../requests/figures/count-figures.ts';
import { OPEN_STATUSES, PRIORITIES } from '../../../requests/request.ts';
import { type Html } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { barPlot } from './plot.ts';
import { overviewWords } from './words.ts';

/** What came in and what was closed, in each part of the period. */
export function volume(visit: Visit, { volume: parts, by }: Figures): Html {
  const words = visit.say(overviewWords);
  const { format } = visit;
  // A day has no zone of its own: at noon it is the same day everywhere the plot is read.
  const short = (from: string) => (by === 'month' ? format.calendarMonth(from) : format.calendarDay(from));
  const sum = (count: (part: (typeof parts)[number]) => number): number =>
    parts.reduce((total, part) => total + count(part), 0);
  return html`<section class="card">
    <h2>${words.volume[by]}</h2>
    <p class="legend">
      <span class="key a"></span>${words.opened} <b>${format.number(sum(({ opened }) => opened))}</b>
      <span class="key b"></span>${words.closed} <b>${format.number(sum(({ closed }) => closed))}</b>
    </p>
    <div class="wide-plot" tabindex="0" role="group" aria-label="${words.volume[by]}">
      ${barPlot(
        words.volume[by],
        parts.map(({ from }) => short(from)),
        [
          { className: 'a', values: parts.map(({ opened }) => opened) },
          { className: 'b', values: parts.map(({ closed }) => closed) },
        ],
      )}
    </div>
    <details>
      <summary class="link">${words.numbers}</summary>
      <table>
        <thead>
          <tr>
            <th>${words.part[by]}</th>
            <th class="number">${words.opened}</th>
            <th class="number">${words.closed}</th>
            <th class="number">${words.stillOpen}</th>
          </tr>
        </thead>
        <tbody>
          ${parts.map(
            ({ from, opened, closed, stillOpen }) =>
              html`<tr>
                <td>${by === 'month' ? format.calendarMonth(from) : format.calendarDate(from)}</td>
                <td class="number">${format.number(opened)}</td>
                <td class="number">${format.number(closed)}</td>
                <td class="number">${format.number(stillOpen)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </section>`;
}

type Row = { readonly name: string; readonly query: string; readonly count: number };

/** What is open now, by status and by priority; each number leads to its list. */
export function backlog(visit: Visit, figures: Figures, mailboxId: number | null): Html {
  const words = visit.say(overviewWords);
  const { status, priority } = visit.say(terms);
  const where = mailboxId === null ? '' : `&mailboxId=${mailboxId}`;
  const count = (name: 'status' | 'priority', value: string): number =>
    figures.backlog.reduce((total, row) => total + (row[name] === value ? row.count : 0), 0);
  const byStatus = OPEN_STATUSES.map((each) => ({
    name: status[each],
    query: `status=${each}${where}`,
    count: count('status', each),
  }));
  const byPriority = PRIORITIES.map((each) => ({
    name: priority[each],
    query: `view=open&priority=${each}${where}`,
    count: count('priority', each),
  }));
  return html`${counts(visit, words.backlog, 'a', byStatus)}
  ${counts(visit, words.byPriority, 'b', byPriority)}`;
}

function counts(visit: Visit, title: string, className: 'a' | 'b', rows: readonly Row[]): Html {
  return html`<section class="card">
    <h2>${title}</h2>
    ${barPlot(
      title,
      rows.map(({ name }) => name),
      [{ className, values: rows.map(({ count }) => count) }],
    )}
    <table>
      <tbody>
        ${rows.map(
          ({ name, query, count }) =>
            html`<tr>
              <td><a href="/requests?${query}">${name}</a></td>
              <td class="number">${visit.format.number(count)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** How long those who wrote in the period waited for the first reply. */
export function responses(visit: Visit, { response }: Figures): Html {
  const words = visit.say(overviewWords);
  const { median, ninetieth, answered, unanswered } = response;
  const figure = (name: string, seconds: number): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd class="large">${visit.format.duration(seconds * 1000)}</dd>
    </div>`;
  return html`<section class="card">
    <h2>${words.response}</h2>
    ${
      median === null || ninetieth === null
        ? html`<p class="quiet">${words.noResponse}</p>`
        : html`<dl class="figures">${figure(words.median, median)} ${figure(words.nine, ninetieth)}</dl>`
    }
    <p class="quiet">${words.of(answered, unanswered)}</p>
  </section>`;
}
