import { html } from 'hono/html';
import { findMapping, removeMapping, saveMapping } from '../../../integrations/jira/mappings/save-mapping.ts';
import {
  type Hears,
  type Mapping,
  type Tells,
  UNMAPPED,
} from '../../../integrations/jira/mappings/mapping.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { checkField, selectField, textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Html } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { problemPage } from '../shell/problem-page.ts';
import { done } from '../shell/respond.ts';
import { Problem } from '../../../platform/problems.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { jiraWords } from './words.ts';

/** Saves how a mailbox's requests become issues. */
export function mappingHandlers(pages: Pages): void {
  pages.post('/settings/jira/:id{[0-9]+}/mapping', async (visit) => {
    const form = await readForm(visit.c);
    const connectionId = idIn(visit.c) ?? 0;
    const mailboxId = form.id('mailboxId') ?? 0;
    const { deps, actor } = visit;
    try {
      if (form.text('verb') === 'remove') await removeMapping(deps, actor, { mailboxId });
      else {
        const before = await findMapping(deps, actor, { mailboxId });
        await saveMapping(deps, actor, mappingOf(form, { connectionId, mailboxId }, before));
      }
    } catch (error) {
      if (error instanceof Problem) return problemPage(visit, error);
      throw error;
    }
    return done(visit, `/settings/jira/${connectionId}`, { did: 'saved' });
  });
}

// What the form does not show stays as it was set by the interface.
function mappingOf(
  form: Form,
  ids: Pick<Mapping, 'connectionId' | 'mailboxId'>,
  before: Mapping | null,
): Mapping {
  return {
    fields: {},
    ...UNMAPPED,
    categoryLabel: true,
    ...before,
    ...ids,
    projectKey: form.text('projectKey').trim(),
    issueTypeId: form.text('issueTypeId').trim(),
    always: form.has('always'),
    tells: form.text('tells') as Tells,
    hears: form.text('hears') as Hears,
    verbs: form.has('resolves') ? { ...before?.verbs, done: 'resolve' } : {},
    closeTo: form.has('closes') ? (before?.closeTo ?? 'done') : null,
  };
}

/** A form for each mailbox of the desk. */
export async function mappingForm(visit: Visit, connectionId: number): Promise<Html> {
  const { deps, actor } = visit;
  const words = visit.say(jiraWords);
  const mailboxes = await listMailboxes(deps, actor);
  const forms = await Promise.all(
    mailboxes.map(async ({ id, address }) => {
      const mapping = await findMapping(deps, actor, { mailboxId: id });
      return html`<form method="post" action="/settings/jira/${connectionId}/mapping" class="stack card form">
        <h3>${address}</h3>
        <input type="hidden" name="mailboxId" value="${id}" />
        ${textField({ label: words.project, name: 'projectKey', value: mapping?.projectKey ?? '', required: true })}
        ${textField({ label: words.type, name: 'issueTypeId', value: mapping?.issueTypeId ?? '', required: true })}
        ${checkField({ label: words.always, name: 'always', checked: mapping?.always ?? false })}
        ${selectField({ label: words.tells, name: 'tells', value: mapping?.tells ?? 'public', options: Object.entries(words.tellsWords) })}
        ${selectField({ label: words.hears, name: 'hears', value: mapping?.hears ?? 'marked', options: Object.entries(words.hearsWords) })}
        ${checkField({ label: words.resolves, name: 'resolves', checked: mapping?.verbs['done'] === 'resolve' })}
        ${checkField({ label: words.closes, name: 'closes', checked: mapping !== null && mapping.closeTo !== null })}
        <div class="verbs">
          <button class="primary" name="verb" value="save">${words.save}</button>
          ${mapping === null ? '' : html`<button class="danger" name="verb" value="remove">${words.remove}</button>`}
        </div>
      </form>`;
    }),
  );
  return html`<h2>${words.mapping}</h2>
    ${forms}`;
}
