import { html } from 'hono/html';
import { findRule } from '../../../intake/rules/find-rules.ts';
import { tryRule, type TrialResult } from '../../../intake/rules/matching/dry-run.ts';
import type { RuleText } from '../../../intake/rules/rule.ts';
import { addRule, editRule, removeRule } from '../../../intake/rules/save-rule.ts';
import { listAskedFields } from '../../../requests/fields/find-field.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { terms } from '../parts/terms.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { readChoices } from './choices.ts';
import { ruleForm } from './rule-form.ts';
import { blankAction, blankCondition, ruleIn } from './rule-in-form.ts';
import { conditionSaid } from './sentences.ts';
import { ruleWords } from './words.ts';

/** As most rules begin: words of the subject, and a priority. */
const BLANK: RuleText = {
  name: '',
  enabled: true,
  trigger: 'mail',
  afterDays: null,
  match: 'all',
  conditions: [{ field: 'subject', value: [''] }],
  actions: [{ type: 'priority', value: 'P1' }],
  stop: false,
};

/** A rule: written, tried, changed and removed. */
export function ruleHandlers(pages: Pages): void {
  const path = '/settings/rules/:mailbox{[0-9]+}';
  pages.get(`${path}/new`, (visit) => show(visit, BLANK));
  pages.get(`${path}/:rule{[0-9]+}`, async (visit) =>
    show(visit, await findRule(visit.deps, visit.actor, on(visit))),
  );
  pages.post(`${path}/new`, async (visit) => change(visit, await readForm(visit.c)));
  pages.post(`${path}/:rule{[0-9]+}`, async (visit) => change(visit, await readForm(visit.c)));
}

/** Which mailbox, and which rule; none is 0. */
function on({ c }: Visit) {
  return { mailboxId: idIn(c, 'mailbox') ?? 0, ruleId: idIn(c, 'rule') ?? 0 };
}

async function change(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const verb = form.text('verb');
  const { mailboxId, ruleId } = on(visit);
  const rule = ruleIn(form, await listAskedFields(deps, actor, mailboxId));
  const again = (alert: string) => show(visit, rule, { alert });
  if (verb === 'try') {
    const tried = async () =>
      show(visit, rule, {
        tried: await tryRule(deps, actor, { mailboxId, trial: rule }),
      });
    return orAgain(visit, tried, again);
  }
  if (verb.startsWith('add-') || verb.startsWith('remove-')) return show(visit, withRow(rule, verb, form));
  const save = async (): Promise<Response> => {
    if (verb === 'remove') await removeRule(deps, actor, { mailboxId, ruleId });
    else if (ruleId === 0) await addRule(deps, actor, { ...rule, mailboxId });
    else await editRule(deps, actor, { mailboxId, ruleId, changes: rule });
    return done(visit, '/settings/rules', { did: 'saved' });
  };
  return orAgain(visit, save, again);
}

/** The rule with the row that a button adds; one that a button removes was not read. */
function withRow(rule: RuleText, verb: string, form: Form): RuleText {
  const condition = verb === 'add-condition' ? blankCondition(form.text('addField')) : null;
  const action = verb === 'add-action' ? blankAction(form.text('addType')) : null;
  return {
    ...rule,
    conditions: condition === null ? rule.conditions : [...rule.conditions, condition],
    actions: action === null ? rule.actions : [...rule.actions, action],
  };
}

async function show(
  visit: Visit,
  rule: RuleText,
  {
    alert = null,
    tried = null,
  }: { readonly alert?: string | null; readonly tried?: TrialResult | null } = {},
): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'rules.edit');
  const { mailboxId, ruleId } = on(visit);
  const [mailbox, choices] = await Promise.all([
    findMailbox(deps, actor, { mailboxId }),
    readChoices(visit, mailboxId),
  ]);
  const isNew = ruleId === 0;
  const action = `/settings/rules/${mailboxId}/${isNew ? 'new' : ruleId}`;
  const content = html`<p class="quiet">
      <a href="/settings/rules">${visit.say(ruleWords).title}</a> · ${mailbox.address}
      ${when(!isNew, () => html` · <a href="/requests?rule=${ruleId}">${visit.say(ruleWords).hitBy}</a>`)}
    </p>
    ${ruleForm(visit, { action, rule, choices, isNew })}
    ${when(tried, (result) => triedTable(visit, rule, result))}`;
  return settingsPage(visit, 'rules', { content, alert, about: rule.name || visit.say(ruleWords).add });
}

function triedTable(visit: Visit, rule: RuleText, { looked, hits, failed }: TrialResult): Html {
  const words = visit.say(ruleWords);
  const title = rule.trigger === 'time' ? words.waits(hits.length, looked) : words.hits(hits.length, looked);
  return html`<section class="card" id="tried">
    <h2 role="status">${title}</h2>
    ${when(failed, (error) => html`<p><span class="mark bad">${words.notTried(error)}</span></p>`)}
    ${when(hits.length > 0, () => table(visit, rule, hits))}
  </section>`;
}

function table(visit: Visit, rule: RuleText, hits: TrialResult['hits']): Html {
  const words = visit.say(ruleWords);
  return html`<table>
    <thead>
      <tr>
        <th>${words.request}</th>
        <th>${words.from}</th>
        <th>${words.at}</th>
        <th>${words.why}</th>
      </tr>
    </thead>
    <tbody>
      ${hits.map(
        (hit) =>
          html`<tr>
            <td>
              <a href="/requests/${hit.requestId}${hit.messageId === null ? '' : `#m${hit.messageId}`}"
                >${hit.requestId}</a
              >
              <span dir="auto">${hit.subject || visit.say(terms).noSubject}</span>
            </td>
            <td>${hit.from}</td>
            <td>${visit.format.time(hit.at)}</td>
            <td>${hit.reasons.map(({ condition }) => why(visit, rule, condition)).join(words.and)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function why(visit: Visit, rule: RuleText, index: number): string {
  const condition = rule.conditions[index];
  return condition === undefined ? '' : conditionSaid(visit, condition);
}
