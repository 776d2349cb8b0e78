import { z } from 'zod';
import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import type { Deps } from '../../../platform/deps.ts';
import type { Graph } from '../graph/graph.ts';
import { graphFault } from '../graph/graph-fault.ts';
import { findAccess } from './access-queries.ts';
import { checkSending } from './check-sending.ts';
import { type Microsoft, type MicrosoftDeps, microsoftOf } from './open-microsoft.ts';

export type ConnectionCheck = {
  readonly ok: boolean;
  /** One line for each thing that was tried, in plain words. */
  readonly lines: readonly string[];
};

const folder = z.object({ displayName: z.string(), totalItemCount: z.int() });
const INBOX = '/mailFolders/inbox?$select=id,displayName,totalItemCount';

/**
 * Signs in, reads how many messages the Inbox has, tries whether the mailbox can be sent from, and tries another mailbox of
 * the tenant: that one has to be refused, or the app reaches everybody's mail. Leaves nothing behind.
 */
export async function checkConnection(
  deps: MicrosoftDeps & { readonly microsoft?: Microsoft | undefined },
  actor: Actor,
  input: { readonly mailboxId: number; readonly foreign: string | null },
): Promise<ConnectionCheck> {
  requirePermission(actor, 'mailboxes.manage');
  const mailbox = await findMailbox(deps, actor, input);
  const graph = await microsoftOf(deps).open(input.mailboxId);
  if (graph === null) return { ok: false, lines: [`${mailbox.address} is not connected to Microsoft 365.`] };
  try {
    const inbox = await graph.call({ path: INBOX }, async (response) => folder.parse(await response.json()));
    const read = `${mailbox.address} can be read: ${inbox.displayName} has ${inbox.totalItemCount} messages.`;
    const sending = await trySending(deps, graph, mailbox);
    const foreign = await tryForeign(graph, input.foreign);
    return { ok: sending.ok && foreign.ok, lines: [read, ...sending.lines, ...foreign.lines] };
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null) throw error;
    return { ok: false, lines: [`${mailbox.address} cannot be read. ${String(error)}`] };
  }
}

async function trySending(
  deps: Pick<Deps, 'db'>,
  graph: Graph,
  mailbox: { readonly id: number; readonly address: string },
): Promise<ConnectionCheck> {
  const access = await findAccess(deps.db, mailbox.id);
  if (access?.sends !== 'graph')
    return { ok: true, lines: [`${mailbox.address} sends by SMTP, which has a check of its own.`] };
  const refused = await checkSending(graph);
  if (refused === null) return { ok: true, lines: [`${mailbox.address} can be sent from.`] };
  return { ok: false, lines: [`${mailbox.address} cannot be sent from. ${refused}`] };
}

async function tryForeign(graph: Graph, address: string | null): Promise<ConnectionCheck> {
  if (address === null)
    return { ok: true, lines: ['No other mailbox was named to try: the app may be able to read it too.'] };
  try {
    await graph.of(address).call({ path: INBOX }, async () => null);
    const warning = `${address} can be read as well: the app is not narrowed to this mailbox. docs/microsoft.md has the script.`;
    return { ok: false, lines: [warning] };
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null) throw error;
    const isRefused = fault.status === 403;
    const said = isRefused
      ? `${address} is refused, as it should be.`
      : `${address} could not be tried. ${String(error)}`;
    return { ok: isRefused, lines: [said] };
  }
}
