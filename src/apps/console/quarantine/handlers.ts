import { html } from 'hono/html';
import { discardIntake } from '../../../intake/quarantine/discard-intake.ts';
import type { IntakeView } from '../../../intake/quarantine/intake.ts';
import { listIntake } from '../../../intake/quarantine/list-intake.ts';
import { releaseIntake } from '../../../intake/quarantine/release-intake.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done, respond } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { readPage } from './read-page.ts';
import { reasonOf, senderOf, verbs } from './verbs.ts';
import { quarantineWords } from './words.ts';

const ROWS = 50;

/** The messages held back, and the verbs on them. */
export function quarantineHandlers(pages: Pages): void {
  pages.get('/quarantine', (visit) => show(visit, null));
  pages.get('/quarantine/:id{[0-9]+}', readPage);
  pages.post('/quarantine/:id{[0-9]+}/release', async (visit) => {
    const form = await readForm(visit.c);
    const input = { intakeId: idIn(visit.c) ?? 0, trust: form.has('trust') };
    return orAgain(
      visit,
      async () => {
        const { requestId } = await releaseIntake(visit.deps, visit.actor, input);
        return done(visit, requestId === null ? '/quarantine' : `/requests/${requestId}`, { did: 'done' });
      },
      (alert) => show(visit, alert),
    );
  });
  pages.post('/quarantine/:id{[0-9]+}/discard', async (visit) => {
    const form = await readForm(visit.c);
    const input = { intakeId: idIn(visit.c) ?? 0, blockSender: form.has('block') };
    return orAgain(
      visit,
      async () => {
        await discardIntake(visit.deps, visit.actor, input);
        return done(visit, '/quarantine', { did: 'done' });
      },
      (alert) => show(visit, alert),
    );
  });
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const { c, deps, actor, say } = visit;
  const words = say(quarantineWords);
  const { items, nextCursor } = await listIntake(deps, actor, {
    filters: { outcome: ['quarantined'] },
    sort: { field: 'id', descending: true },
    limit: ROWS,
    cursor: c.req.query('after'),
    total: false,
  });
  const content = html`<div class="page">
    <h1>${words.title}</h1>
    <p class="quiet">${words.lead}</p>
    <div data-live="quarantine">
      ${
        items.length === 0
          ? html`<p class="empty">${icon('shield-alert', deps.assets)}${words.empty}</p>`
          : html`<ol class="rows cards">
              ${items.map((intake) => row(visit, intake))}
            </ol>`
      }
    </div>
    ${when(
      nextCursor,
      (cursor) =>
        html`<nav class="pager">
          <a class="button" href="/quarantine?after=${encodeURIComponent(cursor)}">${words.older}</a>
        </nav>`,
    )}
  </div>`;
  return respond(
    visit,
    { title: words.title, content, place: '/quarantine', alert },
    alert === null ? 200 : 409,
  );
}

function row(visit: Visit, intake: IntakeView): Html {
  const { say, format } = visit;
  return html`<li class="row card" id="i${intake.id}">
    <div>
      <p>
        <a href="/quarantine/${intake.id}"><b dir="auto">${intake.subject || say(terms).noSubject}</b></a>
        <span class="quiet" dir="auto">${senderOf(visit, intake)}</span>
      </p>
      <p>${reasonOf(visit, intake)}</p>
      ${verbs(visit, intake)}
    </div>
    <span class="age">${format.age(intake.receivedAt)}</span>
  </li>`;
}
