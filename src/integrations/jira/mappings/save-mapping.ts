import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { invalidField, notFound } from '../../../platform/problems.ts';
import { listCreateFields } from '../client/jira-client.ts';
import type { JiraField } from '../client/shapes.ts';
import { explainingJira, findConnection } from '../connections/find-connections.ts';
import { type OpenDeps, withJira } from '../connections/open-jira.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { lockMailboxById } from '../../../mailboxes/locks.ts';
import type { Mapping } from './mapping.ts';
import { deleteMapping, findMappingRow, upsertMapping } from './queries.ts';

/** What Mailroom fills in by itself. */
const FILLED = ['project', 'issuetype', 'summary', 'description'];
const PRIORITIES = 4;

/** How a mailbox's requests become issues; null when they do not. */
export async function findMapping(
  deps: Pick<OpenDeps, 'db'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<Mapping | null> {
  requirePermission(actor, 'jira.watch');
  await requireServed(deps, actor, mailboxId);
  return findMappingRow(deps.db, mailboxId);
}

/**
 * Says how a mailbox's requests become issues. Checked against what Jira asks of a new issue there, so that a field that is
 * missing is refused now and not for every email that comes.
 */
export async function saveMapping(deps: OpenDeps, actor: Actor, mapping: Mapping): Promise<void> {
  requirePermission(actor, 'jira.manage');
  await requireServed(deps, actor, mapping.mailboxId);
  const connection = await findConnection(deps, actor, mapping.connectionId);
  if (connection.operatorId !== null)
    throw invalidField('/connectionId', 'belongs to one operator: a mailbox needs a connection of the desk');
  const { projectKey, issueTypeId } = mapping;
  const fields = await explainingJira(() =>
    withJira(deps, connection.id, (jira) => listCreateFields(jira, projectKey, issueTypeId)),
  );
  ensureFits(mapping, fields);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    if ((await lockMailboxById(tx, mapping.mailboxId)) === null) throw notFound('mailbox', mapping.mailboxId);
    await upsertMapping(tx, mapping, at);
    const { mailboxId, connectionId, always } = mapping;
    await recordEvent(tx, {
      type: 'jira.mapping_set',
      actor,
      at,
      mailboxId,
      new: { connectionId, projectKey, issueTypeId, always, tells: mapping.tells, hears: mapping.hears },
    });
  });
}

/** A mailbox's requests become issues no more; those that are tied stay so. */
export async function removeMapping(
  deps: Pick<OpenDeps, 'db' | 'clock'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  requirePermission(actor, 'jira.manage');
  await requireServed(deps, actor, mailboxId);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    if (await deleteMapping(tx, mailboxId))
      await recordEvent(tx, { type: 'jira.mapping_removed', actor, at, mailboxId });
  });
}

function ensureFits(mapping: Mapping, fields: readonly JiraField[]): void {
  if (fields.length === 0) throw invalidField('/issueTypeId', 'is not an issue type of this project');
  const given = new Set([
    ...FILLED,
    ...Object.keys(mapping.fields),
    ...(mapping.labels.length > 0 ? ['labels'] : []),
    ...(Object.keys(mapping.priorities).length === PRIORITIES ? ['priority'] : []),
  ]);
  const unknown = Object.keys(mapping.fields).find((id) => !fields.some(({ fieldId }) => fieldId === id));
  if (unknown !== undefined)
    throw invalidField(`/fields/${unknown}`, 'is not on the screen for new issues of this type');
  const missing = fields.find((each) => each.required && !each.hasDefaultValue && !given.has(each.fieldId));
  if (missing !== undefined)
    throw invalidField(
      `/fields/${missing.fieldId}`,
      `is missing: Jira requires “${missing.name}” for every new issue of this type`,
    );
  const allowed = fields.find(({ fieldId }) => fieldId === 'priority')?.allowedValues;
  for (const [priority, id] of Object.entries(mapping.priorities)) {
    if (allowed !== undefined && !allowed.some((each) => each.id === id))
      throw invalidField(`/priorities/${priority}`, 'is not the id of a priority in this project');
  }
}

async function requireServed(deps: Pick<OpenDeps, 'db'>, actor: Actor, mailboxId: number): Promise<void> {
  const mailboxes = await listMailboxes(deps, actor);
  if (!mailboxes.some(({ id }) => id === mailboxId)) throw notFound('mailbox', mailboxId);
}
