import { html } from 'hono/html';
import { listMailboxes, type MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { invalidField, type Problem } from '../../../platform/problems.ts';
import { type Going, MOST_DAYS, type Retention, STEPS } from '../../../requests/retention/retention.ts';
import { countRetention, findRetention, setRetention } from '../../../requests/retention/set-retention.ts';
import { textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { faultOf, orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { retentionWords } from './words.ts';

/** What somebody has typed for a mailbox, and what was counted for it, or is wrong with it. */
type TypedDays = {
  readonly mailboxId: number;
  readonly form: Form;
  readonly going?: Going;
  readonly problem?: Problem;
};

const PATH = '/settings/retention';

/** What mailboxes let go of after closing, for admins. */
export function retentionHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => show(visit, null, null));
  pages.post(`${PATH}/:id{[0-9]+}`, async (visit) => {
    const { deps, actor } = visit;
    const form = await readForm(visit.c);
    const mailboxId = idIn(visit.c) ?? 0;
    const act = async () => {
      const on = { mailboxId, retention: daysIn(form) };
      if (form.text('do') === 'count')
        return show(visit, { mailboxId, form, going: await countRetention(deps, actor, on) }, null);
      await setRetention(deps, actor, on);
      return done(visit, PATH, { did: 'saved' });
    };
    return orAgain(visit, act, (alert, problem) => {
      const isMarked = STEPS.some((step) => faultOf(problem, `${step}Days`) !== undefined);
      return show(visit, { mailboxId, form, problem }, isMarked ? visit.say(retentionWords).marked : alert);
    });
  });
}

function daysIn(form: Form): Retention {
  const days = (step: (typeof STEPS)[number]): number | null => {
    const text = form.line(`${step}Days`);
    if (text === null) return null;
    const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > MOST_DAYS)
      throw invalidField(`/${step}Days`, `must be a whole number of days from 1 to ${MOST_DAYS}, or empty`);
    return number;
  };
  return {
    originalsDays: days('originals'),
    attachmentsDays: days('attachments'),
    bodiesDays: days('bodies'),
    requestsDays: days('requests'),
  };
}

async function show(visit: Visit, typed: TypedDays | null, alert: string | null): Promise<Response> {
  const { deps, actor } = visit;
  requirePermission(actor, 'retention.manage');
  const words = visit.say(retentionWords);
  const mailboxes = await listMailboxes(deps, actor);
  const kept = await Promise.all(mailboxes.map(({ id }) => findRetention(deps, actor, { mailboxId: id })));
  const content = html`<p class="quiet">${words.lead}</p>
    ${when(mailboxes.length === 0, () => html`<p class="empty">${words.none}</p>`)}
    ${mailboxes.map((mailbox, index) => {
      const retention = kept[index];
      if (retention === undefined) return '';
      return formOf(visit, mailbox, retention, typed?.mailboxId === mailbox.id ? typed : null);
    })}`;
  return settingsPage(visit, 'retention', { content, alert });
}

function formOf(visit: Visit, mailbox: MailboxRow, kept: Retention, typed: TypedDays | null): Html {
  const words = visit.say(retentionWords);
  return html`<form method="post" action="${PATH}/${mailbox.id}" class="stack card form" id="m${mailbox.id}">
    <h2>${mailbox.address}</h2>
    ${STEPS.map((step) =>
      textField({
        label: `${words[`${step}Days`]}, ${words.days}`,
        name: `${step}Days`,
        value: typed === null ? kept[`${step}Days`] : typed.form.text(`${step}Days`),
        placeholder: words.never,
        hint: words[`${step}DaysHint`],
        fault: faultOf(typed?.problem, `${step}Days`),
      }),
    )}
    ${when(typed?.going, (going) => counted(visit, mailbox, { going, isSaved: isSame(typed?.form, kept) }))}
    <p class="verbs">
      <button class="primary">${words.save}</button>
      <button name="do" value="count">${words.count}</button>
    </p>
  </form>`;
}

function isSame(form: Form | undefined, kept: Retention): boolean {
  return STEPS.every((step) => (form?.line(`${step}Days`) ?? '') === String(kept[`${step}Days`] ?? ''));
}

function counted(
  visit: Visit,
  { address }: MailboxRow,
  { going, isSaved }: { readonly going: Going; readonly isSaved: boolean },
): Html {
  const words = visit.say(retentionWords);
  const parts = STEPS.filter((step) => going[step] > 0).map((step) => words[step](going[step]));
  return html`<div class="hint" role="status">
    <p>
      ${parts.length === 0 ? words.nothing : `${words.wouldGo(address)} ${parts.join(', ')}.`}
      ${isSaved ? '' : words.notSaved}
    </p>
  </div>`;
}
