import { html } from 'hono/html';
import type { BacklogRow, Report, ReportFigures } from '../../../requests/reports/report.ts';
import { OPEN_STATUSES, PRIORITIES } from '../../../requests/request.ts';
import type { Html } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import type { Visit } from '../shell/visit.ts';
import type { Selection } from './selection.ts';
import { overviewWords } from './words.ts';

export type OverviewShown = Readonly<
  Record<'volume' | 'backlog' | 'answers' | 'resolutions' | 'ratings' | 'hours', Report>
> & { readonly now: readonly BacklogRow[] };

/** A count of a report; 0 where there is none. */
export function count(figures: ReportFigures, name: string): number {
  return figures[name] ?? 0;
}

/** A share of a whole as a reader takes it in; null without a whole. */
export function share(part: number, rest: number): string | null {
  return part + rest === 0 ? null : `${Math.round((100 * part) / (part + rest))} %`;
}

/** Seconds of a report as a duration; null where there are none. */
export function lasting({ format }: Visit, figures: ReportFigures, name: string): string | null {
  const seconds = figures[name] ?? null;
  return seconds === null ? null : format.duration(seconds * 1000);
}

/** The period in a few numbers. */
export function tiles(visit: Visit, { volume, answers, resolutions, ratings, now }: OverviewShown): Html {
  const words = visit.say(overviewWords);
  const { number } = visit.format;
  const open = now.reduce((sum, row) => sum + row.count, 0);
  const [kept, broken] = ['withinPolicy', 'overPolicy'].map(
    (name) => count(answers.total, name) + count(resolutions.total, name),
  );
  const helpful = count(ratings.total, 'helpful');
  const unhelpful = count(ratings.total, 'unhelpful');
  const nine = (figures: ReportFigures): string =>
    `${words.nine.toLowerCase()} ${lasting(visit, figures, 'ninetiethSeconds') ?? ''}`;
  const slow = ({ total }: Report): string => (total['medianSeconds'] === null ? words.nothing : nine(total));
  return html`<dl class="tiles">
    ${tile(words.opened, number(count(volume.total, 'opened')), `${words.reopened}: ${number(count(volume.total, 'reopened'))}`)}
    ${tile(words.closed, number(count(volume.total, 'closed')), `${words.backlog}: ${number(open)}`)}
    ${tile(words.answerShort, lasting(visit, answers.total, 'medianSeconds'), slow(answers))}
    ${tile(words.resolutionShort, lasting(visit, resolutions.total, 'medianSeconds'), slow(resolutions))}
    ${tile(words.promises, share(kept ?? 0, broken ?? 0), words.late(kept ?? 0, (kept ?? 0) + (broken ?? 0)))}
    ${tile(words.ratings, share(helpful, unhelpful), words.ratingsOf(helpful + unhelpful))}
  </dl>`;
}

function tile(name: string, value: string | null, beside: string): Html {
  return html`<div class="card">
    <dt>${name}</dt>
    <dd class="large">${value ?? '–'}</dd>
    <dd class="quiet">${beside}</dd>
  </div>`;
}

/** What is open now, by status and by priority; each number leads to its list. */
export function backlogNow(visit: Visit, { mailboxId, teamId }: Selection, now: readonly BacklogRow[]): Html {
  const words = visit.say(overviewWords);
  const { status, priority } = visit.say(terms);
  const where = `${mailboxId === null ? '' : `&mailboxId=${mailboxId}`}${teamId === null ? '' : `&team=${teamId}`}`;
  const open = (name: 'status' | 'priority', value: string): number =>
    now.reduce((total, row) => total + (row[name] === value ? row.count : 0), 0);
  const byStatus = OPEN_STATUSES.map((each) => ({
    name: status[each],
    query: `status=${each}${where}`,
    count: open('status', each),
  }));
  const byPriority = PRIORITIES.map((each) => ({
    name: priority[each],
    query: `view=open&priority=${each}${where}`,
    count: open('priority', each),
  }));
  return html`<section class="card">
    <h2>${words.backlog}</h2>
    ${meters(visit, 'a', byStatus)} ${meters(visit, 'b', byPriority)}
  </section>`;
}

type Row = { readonly name: string; readonly query: string; readonly count: number };

function meters(visit: Visit, className: 'a' | 'b', rows: readonly Row[]): Html {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return html`<table class="meters">
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th><a href="/requests?${row.query}">${row.name}</a></th>
            <td class="number">${visit.format.number(row.count)}</td>
            <td>
              <svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect
                  class="${className}"
                  width="${Math.round((1000 * row.count) / most) / 10}"
                  height="8"
                ></rect>
              </svg>
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
