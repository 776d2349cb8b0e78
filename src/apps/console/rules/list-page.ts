import { html } from 'hono/html';
import { listRules } from '../../../intake/rules/find-rules.ts';
import type { DeskRule } from '../../../intake/rules/rule.ts';
import { editRule } from '../../../intake/rules/save-rule.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { type Choices, readChoices, readPeople } from './choices.ts';
import { ruleSentence } from './sentences.ts';
import { ruleWords } from './words.ts';

/** The rules of every mailbox in the order in which they are tried, for leads. */
export function rulesHandlers(pages: Pages): void {
  pages.get('/settings/rules', (visit) => show(visit, null));
  pages.post('/settings/rules/:mailbox{[0-9]+}/:rule{[0-9]+}/move', async (visit) => {
    const form = await readForm(visit.c);
    const on = { mailboxId: idIn(visit.c, 'mailbox') ?? 0, ruleId: idIn(visit.c, 'rule') ?? 0 };
    const move = async () => {
      const verb = form.text('verb');
      const enabled = verb === 'on' || (verb === 'off' ? false : undefined);
      const position = form.id('position') ?? undefined;
      const changes = verb === 'move' ? { position } : enabled === undefined ? {} : { enabled };
      await editRule(visit.deps, visit.actor, { ...on, changes });
      return done(visit, '/settings/rules');
    };
    return orAgain(visit, move, (alert) => show(visit, alert));
  });
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'rules.edit');
  const words = visit.say(ruleWords);
  const mailboxes = await listMailboxes(deps, actor);
  const people = readPeople(visit);
  const cards = await Promise.all(
    mailboxes.map(async ({ id, address }) => {
      const [rules, choices] = await Promise.all([
        listRules(deps, actor, { mailboxId: id }),
        readChoices(visit, id, people),
      ]);
      return html`<section class="card stack">
        <h2>${address}</h2>
        ${when(rules.length === 0, () => html`<p class="quiet">${words.none}</p>`)}
        <ol class="rules">
          ${rules.map((rule) => item(visit, rule, { last: rules.length, choices }))}
        </ol>
        <p><a class="button" href="/settings/rules/${id}/new">${words.add}</a></p>
      </section>`;
    }),
  );
  const content = html`<p class="quiet">${words.lead}</p>
    ${when(cards.length === 0, () => html`<p class="empty">${words.noMailbox}</p>`)} ${cards}`;
  return settingsPage(visit, 'rules', { content, alert });
}

function item(
  visit: Visit,
  rule: DeskRule,
  { last, choices }: { readonly last: number; readonly choices: Choices },
): Html {
  const words = visit.say(ruleWords);
  const path = `/settings/rules/${rule.mailboxId}/${rule.id}`;
  const { position } = rule;
  const move = (to: number, label: string, sign: string): Html | '' =>
    when(
      to >= 1 && to <= last,
      () =>
        html`<form method="post" action="${path}/move">
          <input type="hidden" name="position" value="${to}" />
          <button name="verb" value="move" aria-label="${label}: ${rule.name}" title="${label}">
            ${sign}
          </button>
        </form>`,
    );
  return html`<li>
    <p>
      <b dir="auto">${rule.name}</b>
      ${when(!rule.enabled, () => html`<span class="mark tag">${words.off}</span>`)}<br />
      <span class="${rule.enabled ? '' : 'quiet'}">${ruleSentence(visit, rule, choices)}</span>
      ${when(
        rule.lastError,
        (error) => html`<br /><span class="mark bad">${words.failed(rule.failures, error)}</span>`,
      )}
    </p>
    <div class="verbs">
      <a class="button" href="${path}">${words.edit}</a>
      ${move(position - 1, words.up, '↑')} ${move(position + 1, words.down, '↓')}
      <form method="post" action="${path}/move">
        <button name="verb" value="${rule.enabled ? 'off' : 'on'}">
          ${rule.enabled ? words.switchOff : words.switchOn}
        </button>
      </form>
    </div>
  </li>`;
}
