import { html } from 'hono/html';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { selectField } from '../parts/fields.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { respond } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import { type Figures, readFigures } from './figures.ts';
import { barPlot } from './plot.ts';
import { overviewWords } from './words.ts';

const PERIODS = [7, 14, 30] as const;

/** How the desk does: volume, backlog and response times, as plots with their numbers. */
export function overviewHandlers(pages: Pages): void {
  pages.get('/overview', async (visit) => {
    const { c, deps, actor, say } = visit;
    const words = say(overviewWords);
    const days = PERIODS.find((each) => String(each) === c.req.query('days')) ?? 14;
    const mailboxes = await listMailboxes(deps, actor);
    const mailboxId = mailboxes.find((each) => String(each.id) === c.req.query('mailbox'))?.id ?? null;
    const figures = await readFigures(visit, { days, mailboxId });
    const content = html`<div class="page">
      <h1>${words.title}</h1>
      <form class="verbs">
        ${selectField({
          label: words.period,
          name: 'days',
          value: days,
          options: PERIODS.map((each) => [each, words.days(each)]),
        })}
        ${when(mailboxes.length > 1, () =>
          selectField({
            label: words.mailbox,
            name: 'mailbox',
            value: mailboxId,
            options: [['', words.all], ...mailboxes.map((each) => [each.id, each.address] as const)],
          }),
        )}
        <button>${words.show}</button>
      </form>
      ${volume(visit, figures)}
      <div class="columns">${counts(visit, figures)} ${responses(visit, figures)}</div>
    </div>`;
    return respond(visit, { title: words.title, content, place: '/overview' });
  });
}

function volume(visit: Visit, { days }: Figures): Html {
  const words = visit.say(overviewWords);
  return html`<section class="card">
    <h2>${words.volume}</h2>
    <p class="legend">
      <span class="key a"></span>${words.opened} <span class="key b"></span>${words.stillOpen}
    </p>
    <div class="wide-plot" tabindex="0" role="group" aria-label="${words.volume}">
      ${barPlot(
        words.volume,
        days.map(({ day }) => visit.format.day(day)),
        [
          { className: 'a', values: days.map(({ opened }) => opened) },
          { className: 'b', values: days.map(({ stillOpen }) => stillOpen) },
        ],
      )}
    </div>
    <details>
      <summary class="link">${words.numbers}</summary>
      <table>
        <thead>
          <tr>
            <th>${words.day}</th>
            <th class="number">${words.opened}</th>
            <th class="number">${words.stillOpen}</th>
          </tr>
        </thead>
        <tbody>
          ${days.map(
            ({ day, opened, stillOpen }) =>
              html`<tr>
                <td>${visit.format.date(day)}</td>
                <td class="number">${opened}</td>
                <td class="number">${stillOpen}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </section>`;
}

function counts(visit: Visit, { backlog, urgent }: Figures): Html {
  const words = visit.say(overviewWords);
  const { status, priority } = visit.say(terms);
  type Row = { readonly name: string; readonly query: string; readonly count: number };
  const section = (title: string, className: 'a' | 'b', rows: readonly Row[]): Html =>
    html`<section class="card">
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
  return html`${section(
    words.backlog,
    'a',
    backlog.map((each) => ({ name: status[each.status], query: `status=${each.status}`, count: each.count })),
  )}
  ${section(
    words.byPriority,
    'b',
    urgent.map((each) => ({
      name: priority[each.priority],
      query: `view=open&priority=${each.priority}`,
      count: each.count,
    })),
  )}`;
}

function responses(visit: Visit, { response }: Figures): Html {
  const words = visit.say(overviewWords);
  const figure = (name: string, milliseconds: number): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd class="large">${visit.format.duration(milliseconds)}</dd>
    </div>`;
  return html`<section class="card">
    <h2>${words.response}</h2>
    ${
      response === null
        ? html`<p class="quiet">${words.noResponse}</p>`
        : html`<dl class="figures">
              ${figure(words.median, response.median)} ${figure(words.nine, response.nine)}
            </dl>
            <p class="quiet">${words.of(response.of)}</p>`
    }
  </section>`;
}
