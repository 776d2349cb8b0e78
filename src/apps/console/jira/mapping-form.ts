import { html } from 'hono/html';
import {
  listConnectionBoards,
  listConnectionProjects,
  listConnectionTypes,
} from '../../../integrations/jira/connections/find-connections.ts';
import { type Mapping, type NewMapping, UNMAPPED } from '../../../integrations/jira/mappings/mapping.ts';
import { HEARS, TELLS } from '../../../integrations/jira/mappings/schemas.ts';
import {
  findMapping,
  listMappingFields,
  type MappingField,
  removeMapping,
  saveMapping,
} from '../../../integrations/jira/mappings/save-mapping.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { Problem } from '../../../platform/problems.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import {
  fieldIds,
  fieldsIn,
  placeControls,
  type RefusedMapping,
  ruleControls,
  type ShownMapping,
  type TargetChoices,
} from './mapping-controls.ts';
import { jiraWords } from './words.ts';

/** Saves how a mailbox's requests become issues. */
export function mappingHandlers(
  pages: Pages,
  again: (visit: Visit, connectionId: number, alert: string, refused: RefusedMapping) => Promise<Response>,
): void {
  pages.post('/settings/jira/:id{[0-9]+}/mapping', async (visit) => {
    const form = await readForm(visit.c);
    const connectionId = idIn(visit.c) ?? 0;
    const mailboxId = form.id('mailboxId') ?? 0;
    const { deps, actor } = visit;
    const act = async () => {
      if (form.text('verb') === 'remove') await removeMapping(deps, actor, { mailboxId });
      else {
        const before = await findMapping(deps, actor, { mailboxId });
        await saveMapping(deps, actor, mappingOf(form, { connectionId, mailboxId }, before));
      }
      return done(visit, `/settings/jira/${connectionId}`, { did: 'saved' });
    };
    return orAgain(visit, act, (alert, problem) => again(visit, connectionId, alert, { form, problem }));
  });
}

// What the form does not show stays as it was set by the interface.
function mappingOf(
  form: Form,
  ids: Pick<Mapping, 'connectionId' | 'mailboxId'>,
  before: Mapping | null,
): NewMapping {
  const [kind = '', ...name] = form.text('target').split(':');
  const target = name.join(':');
  const words = (field: string) =>
    form
      .text(field)
      .split(/[\s,]+/)
      .filter((word) => word !== '');
  return {
    ...(before ?? UNMAPPED),
    ...ids,
    board: kind === 'board' ? target : null,
    projectKey: kind === 'board' ? undefined : target,
    issueTypeId: undefined,
    issueType: form.text('issueType').trim(),
    fields: fieldsIn(form, before?.fields ?? {}),
    always: form.has('always'),
    tells: TELLS.find((each) => each === form.text('tells')) ?? UNMAPPED.tells,
    hears: HEARS.find((each) => each === form.text('hears')) ?? UNMAPPED.hears,
    labels: words('labels'),
    watchers: words('watchers'),
    namesReporter: form.has('namesReporter'),
    copiesWatch: form.has('copiesWatch'),
    verbs: form.has('resolves') ? { ...before?.verbs, done: 'resolve' } : {},
    closeTo: form.has('closes') ? (before?.closeTo ?? 'done') : null,
  };
}

// The page says elsewhere what Jira says; what is stored can be changed all the same.
async function orNone<Row>(rows: Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await rows;
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** Boards and projects by name, and the types that they have; the boards of a site without any are left out. */
async function readTargetChoices({ deps, actor, say }: Visit, connectionId: number): Promise<TargetChoices> {
  const words = say(jiraWords);
  const [projects, boards, types] = await Promise.all([
    orNone(listConnectionProjects(deps, actor, connectionId)),
    orNone(listConnectionBoards(deps, actor, connectionId)),
    orNone(listConnectionTypes(deps, actor, connectionId)),
  ]);
  return {
    targets: [
      ...boards.map(
        ({ name, projectKey }) => [`board:${name}`, `${words.board} ${name} (${projectKey})`] as const,
      ),
      ...projects.map(({ key, name }) => [`project:${key}`, `${words.project} ${name} (${key})`] as const),
    ],
    types,
  };
}

/** A form for each mailbox of the desk. */
export async function mappingForm(
  visit: Visit,
  connectionId: number,
  refused: RefusedMapping | null,
): Promise<Html> {
  const { deps, actor } = visit;
  const words = visit.say(jiraWords);
  const [mailboxes, choices] = await Promise.all([
    listMailboxes(deps, actor),
    readTargetChoices(visit, connectionId),
  ]);
  const forms = await Promise.all(
    mailboxes.map(async ({ id, address }) => {
      const found = await findMapping(deps, actor, { mailboxId: id });
      const mapping = found?.connectionId === connectionId ? found : null;
      const again = refused?.form.id('mailboxId') === id ? refused : null;
      const fields = await shownFields(visit, { mapping, again, ids: { connectionId, mailboxId: id } });
      return html`<li class="card">
        <details ${when(again, () => html`open`)}>
          <summary>
            <b>${address}</b>
            <span class="quiet" dir="auto">${mapping === null ? words.unmapped : placeOf(mapping)}</span>
            <span class="link">${words.edit}</span>
          </summary>
          <form method="post" action="/settings/jira/${connectionId}/mapping" class="stack form">
            <input type="hidden" name="mailboxId" value="${id}" />
            ${placeControls(visit, { mapping, again, choices, fields })}
            ${ruleControls(visit, { mapping, again })}
            <div class="verbs">
              <button class="primary" name="verb" value="save">${words.save}</button>
              ${when(mapping, () => html`<button class="danger" name="verb" value="remove">${words.remove}</button>`)}
            </div>
          </form>
        </details>
      </li>`;
    }),
  );
  return html`<h2>${words.mapping}</h2>
    <ul class="cards">
      ${forms}
    </ul>`;
}

/** The fields that are filled in, and those that Jira asks for besides. */
async function shownFields(
  { deps, actor }: Visit,
  { mapping, again, ids }: ShownMapping & { readonly ids: Pick<Mapping, 'connectionId' | 'mailboxId'> },
): Promise<readonly MappingField[]> {
  const missing = (again?.problem.extras.errors ?? []).flatMap(({ pointer }) =>
    pointer.startsWith('/fields/') ? [pointer.slice('/fields/'.length)] : [],
  );
  const given = again === null ? Object.keys(mapping?.fields ?? {}) : fieldIds(again.form);
  const shown = [...new Set([...given, ...missing])];
  const place = again === null ? mapping : mappingOf(again.form, ids, mapping);
  if (shown.length === 0 || place === null) return [];
  const known = await orNone(listMappingFields(deps, actor, place));
  return shown.map((id) => known.find((each) => each.id === id) ?? { id, name: id, choices: [] });
}

function placeOf({ board, projectKey, issueType }: Mapping): string {
  return `${board === null ? projectKey : `${board} (${projectKey})`} · ${issueType}`;
}
