import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { invalidField, notFound } from '../../../platform/problems.ts';
import { listCreateFields } from '../client/jira-client.ts';
import { explainingJira, findConnection } from '../connections/find-connections.ts';
import { type OpenDeps, withJira } from '../connections/open-jira.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { lockMailboxById } from '../../../mailboxes/locks.ts';
import { fieldValues } from './field-values.ts';
import { findTarget } from './find-target.ts';
import type { Mapping, NewMapping } from './mapping.ts';
import { deleteMapping, findMappingRow, upsertMapping } from './queries.ts';

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
export async function saveMapping(deps: OpenDeps, actor: Actor, wanted: NewMapping): Promise<void> {
  requirePermission(actor, 'jira.manage');
  const { mailboxId, connectionId } = wanted;
  await requireServed(deps, actor, mailboxId);
  const connection = await findConnection(deps, actor, connectionId);
  if (connection.operatorId !== null)
    throw invalidField('/connectionId', 'belongs to one operator: a mailbox needs a connection of the desk');
  const mapping = await explainingJira(() =>
    withJira(deps, connection.id, async (jira): Promise<Mapping> => {
      const place = await findTarget(jira, wanted);
      const fields = await listCreateFields(jira, place.projectKey, place.issueTypeId);
      return { ...wanted, ...place, fields: fieldValues(jira, wanted, fields) };
    }),
  );
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    if ((await lockMailboxById(tx, mailboxId)) === null) throw notFound('mailbox', mailboxId);
    await upsertMapping(tx, mapping, at);
    const { projectKey, issueTypeId, always } = mapping;
    await recordEvent(tx, {
      type: 'jira.mapping_set',
      actor,
      at,
      mailboxId,
      new: { connectionId, projectKey, issueTypeId, always, tells: mapping.tells, hears: mapping.hears },
    });
  });
}

export type MappingField = {
  readonly id: string;
  readonly name: string;
  /** What it may be, by id; empty for what anything may be written in. */
  readonly choices: readonly (readonly [string, string])[];
};

/** The further fields that a new issue has there, by name, and the values that each may have. */
export async function listMappingFields(
  deps: OpenDeps,
  actor: Actor,
  wanted: NewMapping,
): Promise<readonly MappingField[]> {
  requirePermission(actor, 'jira.manage');
  await findConnection(deps, actor, wanted.connectionId);
  const fields = await explainingJira(() =>
    withJira(deps, wanted.connectionId, async (jira) => {
      const { projectKey, issueTypeId } = await findTarget(jira, wanted);
      return listCreateFields(jira, projectKey, issueTypeId);
    }),
  );
  return fields.map(({ fieldId, name, allowedValues = [] }) => ({
    id: fieldId,
    name,
    choices: allowedValues.map(({ id = '', name: said, value }) => [id, said ?? value ?? id] as const),
  }));
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

async function requireServed(deps: Pick<OpenDeps, 'db'>, actor: Actor, mailboxId: number): Promise<void> {
  const mailboxes = await listMailboxes(deps, actor);
  if (!mailboxes.some(({ id }) => id === mailboxId)) throw notFound('mailbox', mailboxId);
}
