import type { IntakeMailbox } from '../../../mailboxes/mailbox.ts';
import type { Db } from '../../../platform/db/connect.ts';
import type { HandedOver } from '../../filing/incoming-mail.ts';
import { noteSentAs } from '../../../outbox/sent/note-sent-as.ts';
import { receiveBatch, type ReceiveDeps, type Received } from '../../filing/receive-batch.ts';
import type { Graph } from '../graph/graph.ts';
import { clearDrafts } from '../sending/clear-drafts.ts';
import { graphFault, isPassing, isRefusal, isResync } from '../graph/graph-fault.ts';
import {
  type ClaimedLook,
  deleteParked,
  type FolderName,
  type LookLease,
  listDeltaLinks,
  listKnown,
  listParkedDue,
  markDeltaLink,
  type ParkedMessage,
  upsertParked,
} from './fetch-queries.ts';
import {
  fetchHeaders,
  fetchMessage,
  type ListedMessage,
  listSince,
  readDelta,
  type Round,
} from './messages.ts';
import { DAY } from '../../../platform/time.ts';

export type Look = {
  readonly lease: LookLease;
  readonly mailbox: IntakeMailbox;
  readonly graph: Graph;
  readonly claimed: ClaimedLook;
  /** Keeps the lease; throws when another process has the mailbox by now, or this one stops. */
  readonly goOn: () => Promise<void>;
};

const FILE_WITHIN_MS = 120_000;
const RETRY_PARKED_MS = 20 * 60_000;
/** A message that could not be read this often, for this long, is filed by what Microsoft says of it. */
const MAX_FAILURES = 3;
const GIVE_UP_AFTER_MS = 60 * 60_000;
/** A filtered round stops there; what is beyond is listed plainly. */
const MAX_OF_ROUND = 5000;

/**
 * Reads what has changed in a mailbox's folders and files it, oldest first over all of them: an answer finds the request
 * that its question opened. A folder's link moves only when everything that came with it is committed, or parked because
 * Microsoft cannot give it. Returns how many messages were filed.
 */
export async function lookAtMailbox(deps: ReceiveDeps, look: Look): Promise<number> {
  const { mailbox, claimed, lease } = look;
  let filed = await retryParked(deps, look);
  const links = await listDeltaLinks(deps.db, mailbox.id);
  const rounds = [];
  for (const folder of foldersOf(claimed))
    rounds.push({ folder, ...(await readRound(deps.db, look, folder, links)) });
  const found = rounds.flatMap(({ messages }) => messages);
  // First: what answers one of ours may have come in the same look, and cites it by the id that Exchange gave it.
  await noteSentAs(deps.db, found);
  filed += await fileUnknown(deps, look, found);
  for (const { folder, link } of rounds) await markDeltaLink(deps.db, lease, folder, link);
  await clearDrafts(deps, look.graph, mailbox.id);
  const unfinished = rounds.find(({ error }) => error !== null);
  if (unfinished !== undefined) throw unfinished.error;
  return filed;
}

/** The folders of a mailbox that are read. */
export function foldersOf({ readsJunk }: { readonly readsJunk: boolean }): readonly FolderName[] {
  return readsJunk ? ['inbox', 'sentitems', 'junkemail'] : ['inbox', 'sentitems'];
}

async function readRound(
  db: Db,
  { graph, mailbox, claimed, lease, goOn }: Look,
  folder: FolderName,
  links: ReadonlyMap<string, string | null>,
): Promise<Round> {
  const link = links.get(folder) ?? null;
  try {
    if (link !== null) return await readDelta(graph, folder, { link, since: mailbox.acceptSince }, goOn);
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null || !isResync(fault)) throw error;
    // Forgotten at once: the next process would only run into the same.
    await markDeltaLink(db, lease, folder, null);
  }
  const since = links.has(folder) ? safeSince(mailbox, claimed.lookedAt) : mailbox.acceptSince;
  const round = await readDelta(graph, folder, { link: null, since }, goOn);
  if (round.messages.length < MAX_OF_ROUND) return round;
  const all = new Map(round.messages.map((message) => [message.sourceId, message]));
  for await (const listed of listSince(graph, folder, since)) {
    for (const message of listed) all.set(message.sourceId, message);
    await goOn();
  }
  return { ...round, messages: [...all.values()] };
}

function safeSince({ acceptSince }: IntakeMailbox, lookedAt: Date | null): Date {
  return new Date(Math.max(acceptSince.getTime(), (lookedAt?.getTime() ?? 0) - DAY));
}

/** Files those of the messages that the desk has not, in the order they came. */
export async function fileUnknown(
  deps: ReceiveDeps,
  look: Pick<Look, 'mailbox' | 'graph' | 'goOn'>,
  found: readonly ListedMessage[],
): Promise<number> {
  const known = await listKnown(
    deps.db,
    look.mailbox.id,
    found.map(({ sourceId }) => sourceId),
  );
  const unknown = found
    .filter(({ sourceId }) => !known.has(sourceId))
    .toSorted((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime());
  let coming = fetchAhead(look.graph, unknown[0]);
  for (const [at, message] of unknown.entries()) {
    const fetched = await coming;
    // Read while this one is filed; Microsoft allows two calls at a time.
    coming = fetchAhead(look.graph, unknown[at + 1]);
    await fileFetched(deps, look.mailbox, message, fetched);
    await look.goOn();
  }
  return unknown.length;
}

type Fetched = { readonly handedOver: HandedOver | null } | { readonly error: unknown };

// As data: a failure is met in its turn, and never counts as unhandled.
async function fetchAhead(graph: Graph, message: ListedMessage | undefined): Promise<Fetched> {
  if (message === undefined) return { handedOver: null };
  try {
    return { handedOver: await fetchMessage(graph, message) };
  } catch (error) {
    return { error };
  }
}

async function fileFetched(
  deps: ReceiveDeps,
  mailbox: IntakeMailbox,
  message: ListedMessage,
  fetched: Fetched,
): Promise<Received | null> {
  if (!('error' in fetched)) {
    // Gone since it was listed: there is nothing to lose any more.
    return fetched.handedOver === null ? null : file(deps, mailbox, fetched.handedOver);
  }
  const fault = graphFault(fetched.error);
  if (fault === null || isPassing(fault) || isRefusal(fault)) throw fetched.error;
  await park(deps, mailbox.id, message, `${fault.status ?? ''} ${fault.code}: ${fault.message}`);
  return null;
}

async function file(deps: ReceiveDeps, mailbox: IntakeMailbox, handedOver: HandedOver): Promise<Received> {
  const [received] = await receiveBatch(deps, mailbox, [handedOver], AbortSignal.timeout(FILE_WITHIN_MS));
  if (received === undefined || received.status === 'retry')
    throw new Error(`a message was not filed: ${received?.reason ?? 'no result'}`);
  return received;
}

async function park(
  deps: ReceiveDeps,
  mailboxId: number,
  message: ListedMessage,
  fault: string,
): Promise<void> {
  const at = deps.clock.now();
  deps.log.warn(
    { mailboxId, sourceId: message.sourceId, fault },
    'a message cannot be read; the others go on',
  );
  const nextTryAt = new Date(at.getTime() + RETRY_PARKED_MS);
  await upsertParked(deps.db, mailboxId, { ...message, fault }, { at, nextTryAt });
}

async function retryParked(deps: ReceiveDeps, look: Look): Promise<number> {
  const parked = await listParkedDue(deps.db, look.mailbox.id, deps.clock.now());
  let filed = 0;
  for (const message of parked) {
    const listed = { ...message, internetMessageId: null };
    const fetched = await fetchAhead(look.graph, listed);
    const givenUp = 'error' in fetched && isHopeless(message, deps.clock.now());
    const about = { sizeEstimate: 0, broken: message.fault };
    const result = givenUp ? { handedOver: await fetchHeaders(look.graph, listed, about) } : fetched;
    const received = await fileFetched(deps, look.mailbox, listed, result);
    if (!('error' in result)) await deleteParked(deps.db, look.mailbox.id, message.sourceId);
    if (received !== null) filed += 1;
    await look.goOn();
  }
  return filed;
}

function isHopeless({ failures, firstFailedAt }: ParkedMessage, now: Date): boolean {
  return failures + 1 >= MAX_FAILURES && now.getTime() - firstFailedAt.getTime() >= GIVE_UP_AFTER_MS;
}
