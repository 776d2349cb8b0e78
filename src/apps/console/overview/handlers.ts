import { html } from 'hono/html';
import { Problem } from '../../../platform/problems.ts';
import { listBacklogNow } from '../../../requests/reports/list-backlog-now.ts';
import { readReport } from '../../../requests/reports/read-report.ts';
import { renderCsv } from '../../../requests/reports/render-csv.ts';
import { GROUPS, REPORTS } from '../../../requests/reports/report.ts';
import { selectField, textField } from '../parts/fields.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { respond } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { backlogNow, tiles, type OverviewShown } from './figures.ts';
import { comparison } from './comparison.ts';
import { lastDays, LENGTHS } from './period.ts';
import { plots } from './plots.ts';
import { inputOf, queryOf, readSelection, type Selection } from './selection.ts';
import { overviewWords } from './words.ts';

/** How the desk does: key figures, plots with their numbers, and mailboxes, teams and people side by side. */
export function overviewHandlers(pages: Pages): void {
  pages.get('/overview', async (visit) => {
    const selection = await readSelection(visit);
    const again = { ...selection, period: { ...lastDays(visit, 14), by: 'day' } } as const;
    return orAgain(
      visit,
      () => show(visit, selection, null),
      (alert) => show(visit, again, alert),
    );
  });
  pages.get('/overview/:file', async (visit) => {
    const { c, deps, actor, settings } = visit;
    const name = REPORTS.find((each) => `${each}.csv` === c.req.param('file'));
    if (name === undefined) throw new Problem('not_found', 'There is no such report.');
    const selection = await readSelection(visit);
    const by = GROUPS.find((each) => each === c.req.query('by')) ?? selection.period.by;
    const report = await readReport(deps, actor, name, { ...inputOf(settings, selection), by });
    const { body, headers } = renderCsv(report);
    return c.body(body, 200, headers);
  });
}

async function show(visit: Visit, selection: Selection, alert: string | null): Promise<Response> {
  const { deps, actor, settings } = visit;
  const words = visit.say(overviewWords);
  const input = inputOf(settings, selection);
  const read = (name: (typeof REPORTS)[number], by = input.by) =>
    readReport(deps, actor, name, { ...input, by });
  const [volume, backlog, answers, resolutions, ratings, hours, now, compared] = await Promise.all([
    read('volume'),
    read('backlog'),
    read('first-answer'),
    read('resolution'),
    read('ratings'),
    read('volume', 'hour'),
    listBacklogNow(deps, actor, input),
    comparison(visit, selection),
  ]);
  const shown: OverviewShown = { volume, backlog, answers, resolutions, ratings, hours, now };
  const content = html`<div class="page">
    <h1>${words.title}</h1>
    ${lengths(visit, selection)} ${filters(visit, selection)} ${tiles(visit, shown)}
    <div class="columns wide">${plots(visit, selection, shown)} ${backlogNow(visit, selection, now)}</div>
    ${compared}
  </div>`;
  return respond(
    visit,
    { title: words.title, content, place: '/overview', alert },
    alert === null ? 200 : 422,
  );
}

function lengths(visit: Visit, selection: Selection): Html {
  const words = visit.say(overviewWords);
  const { period } = selection;
  return html`<nav class="tabs" aria-label="${words.period}">
    ${LENGTHS.map((days) => {
      const { from, to } = lastDays(visit, days);
      const isShown = from === period.from && to === period.to;
      return html`<a
        href="/overview?${queryOf(selection, { from, to })}"
        ${isShown ? html`aria-current="page"` : ''}
        >${words.days(days)}</a
      >`;
    })}
  </nav>`;
}

function filters({ say, settings }: Visit, selection: Selection): Html {
  const words = say(overviewWords);
  const { period, mailboxes, mailboxId, teams, teamId, compared } = selection;
  return html`<form class="verbs">
    ${textField({ label: words.from, name: 'from', type: 'date', value: period.from })}
    ${textField({ label: words.to, name: 'to', type: 'date', value: period.to })}
    ${when(mailboxes.length > 1, () =>
      selectField({
        label: words.mailbox,
        name: 'mailbox',
        value: mailboxId,
        options: [['', words.all], ...mailboxes.map((each) => [each.id, each.address] as const)],
      }),
    )}
    ${when(teams.length > 0, () =>
      selectField({
        label: words.team,
        name: 'team',
        value: teamId,
        options: [['', words.everyTeam], ...teams.map((each) => [each.id, each.name] as const)],
      }),
    )}
    <input type="hidden" name="compare" value="${compared}" />
    <button>${words.show}</button>
    <small class="quiet">${words.zone(settings.timeZone)}</small>
  </form>`;
}
