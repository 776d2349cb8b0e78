import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidField } from '../../platform/problems.ts';
import { cannedExamples } from './canned-examples.ts';
import { type Filled, fillText, textFault } from './fill-text.ts';

/** The words of a text that is not kept yet, filled in with an example of everything the desk knows by itself. */
export async function previewCannedReply(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly text: string },
): Promise<Filled> {
  requirePermission(actor, 'requests.read');
  const fault = textFault(input.text);
  if (fault !== null) throw invalidField('/text', fault);
  return fillText(input.text, await cannedExamples(deps, actor));
}
