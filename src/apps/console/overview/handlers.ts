import { html } from 'hono/html';
import { countFigures } from '../../../requests/figures/count-figures.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { selectField, textField } from '../parts/fields.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { respond } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { backlog, responses, volume } from './figures.ts';
import { lastDays, LENGTHS, periodIn, type ShownPeriod } from './period.ts';
import { overviewWords } from './words.ts';

/** How the desk does: volume, backlog and response times, as plots with their numbers. */
export function overviewHandlers(pages: Pages): void {
  pages.get('/overview', async (visit) => {
    const period = periodIn(visit);
    const again = { ...lastDays(visit, 14), by: 'day' } as const;
    return orAgain(
      visit,
      () => show(visit, period, null),
      (alert) => show(visit, again, alert),
    );
  });
}

async function show(visit: Visit, period: ShownPeriod, alert: string | null): Promise<Response> {
  const { c, deps, actor, settings } = visit;
  const words = visit.say(overviewWords);
  const mailboxes = await listMailboxes(deps, actor);
  const mailboxId = mailboxes.find((each) => String(each.id) === c.req.query('mailbox'))?.id ?? null;
  const figures = await countFigures(deps, actor, {
    ...period,
    timeZone: settings.timeZone,
    ...(mailboxId === null ? {} : { mailboxIds: [mailboxId] }),
  });
  const content = html`<div class="page">
    <h1>${words.title}</h1>
    ${lengths(visit, period, mailboxId)}
    <form class="verbs">
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
      <button>${words.show}</button>
      <small class="quiet">${words.zone(settings.timeZone)}</small>
    </form>
    ${volume(visit, figures)}
    <div class="columns">${backlog(visit, figures, mailboxId)} ${responses(visit, figures)}</div>
  </div>`;
  return respond(
    visit,
    { title: words.title, content, place: '/overview', alert },
    alert === null ? 200 : 422,
  );
}

function lengths(visit: Visit, period: ShownPeriod, mailboxId: number | null): Html {
  const words = visit.say(overviewWords);
  const mailbox = mailboxId === null ? '' : `&mailbox=${mailboxId}`;
  return html`<nav class="tabs" aria-label="${words.period}">
    ${LENGTHS.map((days) => {
      const { from, to } = lastDays(visit, days);
      const isShown = from === period.from && to === period.to;
      return html`<a href="/overview?days=${days}${mailbox}" ${isShown ? html`aria-current="page"` : ''}
        >${words.days(days)}</a
      >`;
    })}
  </nav>`;
}
