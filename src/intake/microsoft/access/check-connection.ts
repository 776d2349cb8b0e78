import { z } from 'zod';
import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import type { Deps } from '../../../platform/deps.ts';
import { notFound } from '../../../platform/problems.ts';
import type { Graph } from '../graph/graph.ts';
import { graphFault } from '../graph/graph-fault.ts';
import type { Microsoft } from './open-microsoft.ts';

export type ConnectionCheck = {
  readonly ok: boolean;
  /** One line for each thing that was tried, in plain words. */
  readonly lines: readonly string[];
};

const folder = z.object({ displayName: z.string(), totalItemCount: z.int() });
const INBOX = '/mailFolders/inbox?$select=id,displayName,totalItemCount';

/**
 * Signs in, reads how many messages the Inbox has, and tries another mailbox of the tenant: that one has to be refused, or
 * the app reaches everybody's mail. Changes nothing.
 */
export async function checkConnection(
  deps: Pick<Deps, 'db'> & { readonly microsoft: Microsoft },
  actor: Actor,
  input: { readonly mailboxId: number; readonly foreign: string | null },
): Promise<ConnectionCheck> {
  requirePermission(actor, 'mailboxes.manage');
  const mailbox =
    actor.kind === 'operator'
      ? await findMailbox(deps, actor, input)
      : (await listMailboxes(deps, actor)).find(({ id }) => id === input.mailboxId);
  if (mailbox === undefined) throw notFound('mailbox', input.mailboxId);
  const graph = await deps.microsoft.open(input.mailboxId);
  if (graph === null) return { ok: false, lines: [`${mailbox.address} is not connected to Microsoft 365.`] };
  try {
    const inbox = await graph.call({ path: INBOX }, async (response) => folder.parse(await response.json()));
    const lines = [
      `${mailbox.address} can be read: ${inbox.displayName} has ${inbox.totalItemCount} messages.`,
    ];
    if (input.foreign === null)
      return {
        ok: true,
        lines: [...lines, 'No other mailbox was named to try: the app may be able to read it too.'],
      };
    return await tryForeign(graph.of(input.foreign), input.foreign, lines);
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null) throw error;
    return { ok: false, lines: [`${mailbox.address} cannot be read. ${String(error)}`] };
  }
}

async function tryForeign(graph: Graph, address: string, lines: readonly string[]): Promise<ConnectionCheck> {
  try {
    await graph.call({ path: INBOX }, async () => null);
    const warning = `${address} can be read as well: the app is not narrowed to this mailbox. docs/microsoft.md has the script.`;
    return { ok: false, lines: [...lines, warning] };
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null) throw error;
    const isRefused = fault.status === 403;
    const said = isRefused
      ? `${address} is refused, as it should be.`
      : `${address} could not be tried. ${String(error)}`;
    return { ok: isRefused, lines: [...lines, said] };
  }
}
