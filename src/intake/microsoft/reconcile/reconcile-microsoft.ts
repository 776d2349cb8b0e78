import { findIntakeMailbox } from '../../../mailboxes/settings/find-intake-mailbox.ts';
import { noteSentAs } from '../../../outbox/sent/note-sent-as.ts';
import { Problem } from '../../../platform/problems.ts';
import { DAY } from '../../../platform/time.ts';
import type { ReceiveDeps } from '../../filing/receive-batch.ts';
import { listAccess } from '../access/access-queries.ts';
import { type Microsoft, type MicrosoftDeps, microsoftOf } from '../access/open-microsoft.ts';
import { listKnown } from '../fetching/fetch-queries.ts';
import { fileUnknown, foldersOf } from '../fetching/look.ts';
import { type ListedMessage, listSince } from '../fetching/messages.ts';

export type MicrosoftReconcileDeps = ReceiveDeps &
  MicrosoftDeps & { readonly microsoft?: Microsoft | undefined };

export type MicrosoftReport = {
  readonly mailbox: string;
  readonly since: Date;
  /** How many messages the folders have. */
  readonly listed: number;
  /** Those that the desk lacks, oldest first. */
  readonly missing: readonly ListedMessage[];
  readonly applied: boolean;
};

/** A week, as for Gmail. */
const NIGHTLY_DAYS = 7;

/**
 * Compares a mailbox's folders with what the desk has, by Microsoft's ids, of the last days and never from before it accepts
 * messages. With `apply` it files what is missing, oldest first. Safe at any time and beside fetching: what that files
 * meanwhile is a duplicate.
 */
export async function reconcileMicrosoft(
  deps: MicrosoftReconcileDeps,
  input: {
    readonly address: string;
    readonly days: number;
    readonly apply: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<MicrosoftReport> {
  const mailbox = await findIntakeMailbox(deps.db, input.address);
  const access = (await listAccess(deps.db)).find(({ mailboxId }) => mailboxId === mailbox?.id);
  const graph = mailbox === null ? null : await microsoftOf(deps).open(mailbox.id);
  if (mailbox === null || graph === null || access === undefined)
    throw new Problem('wrong_state', `${input.address} is not connected to Microsoft 365.`);
  const goOn = async (): Promise<void> => input.signal?.throwIfAborted();
  const from = deps.clock.now().getTime() - input.days * DAY;
  const since = new Date(Math.max(from, mailbox.acceptSince.getTime()));
  const listed: ListedMessage[] = [];
  for (const folder of foldersOf(access)) {
    for await (const page of listSince(graph, folder, since)) {
      listed.push(...page);
      await goOn();
    }
  }
  const ids = listed.map(({ sourceId }) => sourceId);
  const known = await listKnown(deps.db, mailbox.id, ids);
  const missing = listed
    .filter(({ sourceId }) => !known.has(sourceId))
    .toSorted((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime());
  if (input.apply) {
    await noteSentAs(deps.db, listed);
    await fileUnknown(deps, { mailbox, graph, goOn }, missing);
  }
  return { mailbox: mailbox.address, since, listed: listed.length, missing, applied: input.apply };
}

/** Files what is missing of the last week in every connected mailbox; one that fails does not stop the others. */
export async function reconcileMicrosoftNightly(
  deps: MicrosoftReconcileDeps,
  signal?: AbortSignal,
): Promise<void> {
  for (const { address, mailboxId } of await listAccess(deps.db)) {
    signal?.throwIfAborted();
    try {
      const input = { address, days: NIGHTLY_DAYS, apply: true, signal };
      const { listed, missing } = await reconcileMicrosoft(deps, input);
      deps.log.info({ mailboxId, listed, missing: missing.length }, 'reconciled with Microsoft 365');
    } catch (error) {
      signal?.throwIfAborted();
      deps.log.error({ error, mailboxId }, 'could not reconcile with Microsoft 365');
    }
  }
}
