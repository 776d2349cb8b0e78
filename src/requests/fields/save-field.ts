import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { givenFields } from '../../platform/given-fields.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, requireWholeDesk, servesMailbox } from '../../people/access/permissions.ts';
import { changedFields } from '../../people/history/changed-fields.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { mailboxExists } from '../life/queries.ts';
import { cleanDefinition, cleanReplacements, type Definition, definitionOf } from './definition.ts';
import { BAD_KEY, type Field, KEY_PATTERN } from './field.ts';
import {
  countFieldsOf,
  deleteField,
  findFieldRow,
  insertField,
  isKeyTaken,
  lockDefinitions,
  lockField,
  placeField,
  updateField,
} from './queries.ts';
import {
  countOptionUses,
  countRequestsWith,
  dropValues,
  lockRequestsWith,
  replaceOptions,
} from './use-queries.ts';

const MAX_FIELDS = 100;

type FieldDeps = Pick<Deps, 'db' | 'clock'>;

export type NewField = Definition & {
  /** Null: of the whole desk's requests. */
  readonly mailboxId: number | null;
  readonly key: string;
  /** Left out: the last. */
  readonly position?: number | undefined;
  readonly idempotency?: Idempotency | null;
};

/** Asks something of the requests of a mailbox, or of the desk, which takes a lead who serves all of it. */
export async function addField(deps: FieldDeps, actor: OperatorActor, input: NewField): Promise<Field> {
  const { mailboxId, key, position } = input;
  requireDefining(actor, mailboxId);
  if (!KEY_PATTERN.test(key)) throw invalidField('/key', BAD_KEY);
  // Whoever looks it up among a request's values in JavaScript would find a function there.
  if (key in {}) throw invalidField('/key', 'is a name that every object has; choose another');
  const definition = cleanDefinition(input);
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const id = await once(tx, { call: input.idempotency, now: at }, async () => {
      if (mailboxId !== null && !(servesMailbox(actor, mailboxId) && (await mailboxExists(tx, mailboxId))))
        throw invalidField('/mailboxId', 'is not a mailbox');
      await lockDefinitions(tx);
      if (await isKeyTaken(tx, mailboxId, key))
        throw new Problem('already_exists', `There is a field of the key ${key}.`);
      const count = await countFieldsOf(tx, mailboxId);
      if (count >= MAX_FIELDS) throw new Problem('wrong_state', `There are ${MAX_FIELDS} fields already.`);
      const madeId = await insertField(tx, { ...definition, mailboxId, key, position: count + 1 }, at);
      const made = await seen(tx, actor, madeId);
      if (position !== undefined) await placeField(tx, made, position);
      const told = { fieldId: madeId, key, ...definition };
      await recordEvent(tx, { type: 'field.added', actor, at, mailboxId, new: told });
      return madeId;
    });
    return seen(tx, actor, id);
  });
}

export type FieldEdit = { readonly [Name in keyof Definition]?: Definition[Name] | undefined } & {
  readonly position?: number | undefined;
  /** What values become whose options go: another option, or null for none. */
  readonly replace?: Readonly<Record<string, string | null>> | undefined;
};

/**
 * Changes what is asked. Options that requests have are taken away only with what is to be in their place; the kind changes
 * only while no request has a value.
 */
export async function editField(
  deps: FieldDeps,
  actor: OperatorActor,
  input: { readonly fieldId: number; readonly changes: FieldEdit },
): Promise<Field> {
  const { position, replace = {}, ...changes } = input.changes;
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const before = await lockDefined(tx, actor, input.fieldId);
    const after = { ...before, ...cleanDefinition({ ...definitionOf(before), ...givenFields(changes) }) };
    const replacements = cleanReplacements(replace, after.options);
    const requests = await settleValues(tx, before, { after, replace: replacements, at });
    const told = changedFields(placed(before), placed({ ...after, position: position ?? before.position }));
    if (told === null && requests === 0) return before;
    await updateField(tx, { ...after, updatedAt: at });
    if (position !== undefined) await placeField(tx, before, position);
    const { id: fieldId, key, mailboxId } = before;
    await recordEvent(tx, {
      type: 'field.edited',
      actor,
      at,
      mailboxId,
      old: { fieldId, key, ...told?.old },
      new: { fieldId, key, ...told?.new, ...(requests === 0 ? {} : { replaced: replacements, requests }) },
    });
    return seen(tx, actor, fieldId);
  });
}

/** Asks it no more. Refused while requests have values, and says how many, unless `drop` takes those away. */
export async function removeField(
  deps: FieldDeps,
  actor: OperatorActor,
  input: { readonly fieldId: number; readonly drop: boolean },
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const field = await lockDefined(tx, actor, input.fieldId);
    const { id: fieldId, key, mailboxId } = field;
    if (input.drop) await lockRequestsWith(tx, field);
    await lockField(tx, fieldId);
    const requests = input.drop ? await dropValues(tx, field, at) : await countRequestsWith(tx, field);
    if (!input.drop && requests > 0)
      throw new Problem(
        'wrong_state',
        `${requests} requests have a value of fields.${key}: drop them with it.`,
        {
          members: { requests },
        },
      );
    await deleteField(tx, fieldId);
    await placeField(tx, field, field.position);
    const told = { fieldId, key, ...definitionOf(field), requests };
    await recordEvent(tx, { type: 'field.removed', actor, at, mailboxId, old: told });
  });
}

/** Makes what requests have fit the new definition, or refuses it; returns how many were changed. */
async function settleValues(
  tx: Transaction,
  before: Field,
  {
    after,
    replace,
    at,
  }: {
    readonly after: Field;
    readonly replace: Readonly<Record<string, string | null>>;
    readonly at: Date;
  },
): Promise<number> {
  const gone = before.options.filter((option) => !after.options.includes(option));
  if (after.kind === before.kind && gone.length === 0) return 0;
  await lockRequestsWith(tx, before);
  await lockField(tx, before.id);
  if (after.kind !== before.kind) {
    const requests = await countRequestsWith(tx, before);
    if (requests === 0) return 0;
    throw new Problem(
      'wrong_state',
      `${requests} requests have a value of fields.${before.key}: its kind stays.`,
      {
        errors: [{ pointer: '/kind', detail: `is the kind of the values of ${requests} requests` }],
        members: { requests },
      },
    );
  }
  const uses = (await countOptionUses(tx, before)).filter(({ option }) => gone.includes(option));
  const lost = uses.filter(({ option }) => !Object.hasOwn(replace, option));
  if (lost.length > 0) {
    const named = lost.map(({ option, requests }) => `${option} (${requests} requests)`).join(', ');
    throw new Problem('wrong_state', `Options are in use: ${named}. Say in replace what they become.`, {
      errors: [{ pointer: '/options', detail: `lack what requests have: ${named}` }],
      members: { inUse: Object.fromEntries(lost.map(({ option, requests }) => [option, requests])) },
    });
  }
  return uses.length === 0 ? 0 : replaceOptions(tx, { ...before, options: after.options }, replace, at);
}

async function lockDefined(tx: Transaction, actor: OperatorActor, fieldId: number): Promise<Field> {
  requirePermission(actor, 'fields.edit');
  await lockDefinitions(tx);
  const field = await seen(tx, actor, fieldId);
  requireDefining(actor, field.mailboxId);
  return field;
}

function requireDefining(actor: OperatorActor, mailboxId: number | null): void {
  requirePermission(actor, 'fields.edit');
  if (mailboxId === null) requireWholeDesk(actor);
}

async function seen(tx: Transaction, actor: OperatorActor, id: number): Promise<Field> {
  const field = await findFieldRow(tx, actor, id);
  if (field === null) throw notFound('field', id);
  return field;
}

function placed(field: Field): Definition & Pick<Field, 'position'> {
  return { ...definitionOf(field), position: field.position };
}
