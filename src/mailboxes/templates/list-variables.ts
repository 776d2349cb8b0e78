import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findMailbox } from '../settings/find-mailbox.ts';
import { listShownFields } from './queries.ts';
import { TEMPLATE_VARIABLES } from './template.ts';

export type TemplateVariable = { readonly name: string; readonly description: string };

/** What the notices of a mailbox may name: what every one may, and the fields that its contacts are shown. */
export async function listVariables(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly mailboxId: number },
): Promise<readonly TemplateVariable[]> {
  await findMailbox(deps, actor, input);
  const fields = await listShownFields(deps.db, input.mailboxId);
  return [
    ...Object.entries(TEMPLATE_VARIABLES).map(([name, description]) => ({ name, description })),
    ...fields.map(({ key, name }) => ({
      name: `fields.${key}`,
      description: `${name}: absent without a value, for {% if fields.${key} %}.`,
    })),
  ];
}
