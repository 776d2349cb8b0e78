import type { IntakeDeps } from '../../deps.ts';
import type { IntakeMailbox } from '../../../mailboxes/mailbox.ts';
import { REPORTS_ON_THE_RELAY } from '../relay/gmail-filter.ts';
import type { LabelIds } from '../google/place-labels.ts';
import type { MailInGmail, MailReader } from '../google/read-mail.ts';
import { receiveBatch } from '../../filing/receive-batch.ts';
import { isKnownMessage, listReconciled } from './queries.ts';
import type { RelayResult } from '../relay/relay-contract.ts';
import { DAY } from '../../../platform/time.ts';

export type ReconcileDeps = Pick<IntakeDeps, 'db' | 'clock' | 'log' | 'parsePool' | 'wakeDeliveries'>;

export type ReconcileInput = {
  readonly mailbox: IntakeMailbox;
  readonly reader: MailReader;
  readonly labels: LabelIds;
  /** What the filters catch that label mail for the desk. */
  readonly filterSearches: readonly string[];
  /** When the relay was first heard; null for never. */
  readonly relayBegan: Date | null;
  readonly days: number;
  /** Takes in what is missing; otherwise nothing is changed. */
  readonly apply: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Progress) => void;
};

export type Progress = {
  readonly stage: 'listing' | 'reading' | 'filing';
  readonly done: number;
  /** Null while it is not known. */
  readonly of: number | null;
};

/** A message that Gmail has and the desk lacks, or has only the headers of (`incomplete`). */
export type MissingMail = MailInGmail & {
  readonly state: 'missing' | 'incomplete';
  /** The outcome; null when the message was not taken in. */
  readonly result: Omit<RelayResult, 'id'> | null;
};

export type ReconcileReport = {
  readonly mailbox: string;
  readonly since: Date;
  /** How many messages Gmail has that the desk should have. */
  readonly listed: number;
  readonly mails: readonly MissingMail[];
  /** Ids that the desk lacks and should not get unless an operator takes them out. */
  readonly spam: readonly string[];
  readonly trash: readonly string[];
};

const FILE_WITHIN_MS = 120_000;

/**
 * Compares a mailbox's Gmail with what the desk was handed, by Gmail id: of the last days (never from before the
 * mailbox accepts messages) the inbox, what carries the relay's other two labels and, once there is a relay, what its
 * filter should have caught; and whatever is queued. With `apply` it files what is missing by the relay's own code,
 * oldest first, with one message in memory at a time. It is safe at any time and any number of times: a message that
 * the relay hands over meanwhile is a duplicate.
 */
export async function reconcile(deps: ReconcileDeps, input: ReconcileInput): Promise<ReconcileReport> {
  const { mailbox } = input;
  const now = deps.clock.now().getTime();
  const since = new Date(Math.max(now - input.days * DAY, mailbox.acceptSince.getTime()));
  const inPeriod = after(since);
  const { queue, done, failed } = input.labels;
  const wanted: readonly List[] = [
    { labelId: 'INBOX', query: `${inPeriod} -${REPORTS_ON_THE_RELAY}`, since },
    // Listed without a search, whose index may lag: somebody has chosen these messages for the desk.
    { labelId: queue },
    { labelId: failed, query: inPeriod, since },
    { labelId: done, query: inPeriod, since },
    ...filterLists(input, since),
  ];
  const found = await findUnknown(deps, input, wanted);
  const mails = await describeAll(deps, input, found.unknown);
  const spam = await findUnknown(deps, input, [{ labelId: 'SPAM', query: inPeriod, spamAndTrash: true }]);
  const trash = await findUnknown(deps, input, [{ labelId: 'TRASH', query: inPeriod, spamAndTrash: true }]);
  return {
    mailbox: mailbox.address,
    since,
    listed: found.listed,
    mails: input.apply ? await takeIn(deps, input, mails) : mails,
    spam: [...spam.unknown.keys()],
    trash: [...trash.unknown.keys()],
  };
}

type List = {
  readonly labelId?: string;
  readonly query?: string;
  readonly spamAndTrash?: boolean;
  /** Mail older than this is not for the desk; undefined takes all. */
  readonly since?: Date;
};

type Unknown = { readonly state: MissingMail['state']; readonly since: Date | undefined };

function after(since: Date): string {
  return `after:${Math.floor(since.getTime() / 1000)}`;
}

// Messages that left the inbox before there was a relay were dealt with by somebody.
function filterLists({ filterSearches, relayBegan }: ReconcileInput, since: Date): readonly List[] {
  if (relayBegan === null) return [];
  const begin = relayBegan > since ? relayBegan : since;
  return filterSearches.map((search) => ({
    query: `${after(begin)} ${search} -${REPORTS_ON_THE_RELAY}`,
    since: begin,
  }));
}

async function findUnknown(
  deps: ReconcileDeps,
  { mailbox, reader, onProgress }: ReconcileInput,
  lists: readonly List[],
): Promise<{ readonly listed: number; readonly unknown: ReadonlyMap<string, Unknown> }> {
  const seen = new Set<string>();
  const unknown = new Map<string, Unknown>();
  for (const list of lists.filter(({ labelId }) => labelId !== '')) {
    for await (const page of reader.listIds(list)) {
      const ids = page.filter((id) => !seen.has(id));
      const known = await listReconciled(deps.db, mailbox.id, ids);
      for (const id of ids) {
        seen.add(id);
        const complete = known.get(id);
        if (complete === true) continue;
        unknown.set(id, { state: complete === undefined ? 'missing' : 'incomplete', since: list.since });
      }
      onProgress?.({ stage: 'listing', done: seen.size, of: null });
    }
  }
  return { listed: seen.size, unknown };
}

// Filed in the order of arrival: an answer must find the request that its question opened.
async function describeAll(
  deps: Pick<IntakeDeps, 'db'>,
  { mailbox, reader, labels, onProgress }: ReconcileInput,
  unknown: ReadonlyMap<string, Unknown>,
): Promise<MissingMail[]> {
  const mails: MissingMail[] = [];
  let done = 0;
  for (const [id, { state, since }] of unknown) {
    const mail = await reader.describe(id);
    const wanted = mail !== null && isForTheDesk(mail, labels, since);
    if (wanted && !(state === 'missing' && (await isCopy(deps, mailbox.id, mail, labels))))
      mails.push({ ...mail, state, result: null });
    onProgress?.({ stage: 'reading', done: ++done, of: unknown.size });
  }
  return mails.toSorted((a, b) => a.internalDate - b.internalDate);
}

// The search index may lag and uses its own clock: the date of the message itself decides.
function isForTheDesk(
  { labelIds, internalDate }: MailInGmail,
  labels: LabelIds,
  since: Date | undefined,
): boolean {
  if (['SPAM', 'TRASH', 'DRAFT', 'CHAT'].some((label) => labelIds.includes(label))) return false;
  if (labelIds.includes(labels.queue)) return true;
  if (labelIds.includes('SENT') && !labelIds.includes('INBOX')) return false;
  return since === undefined || internalDate >= since.getTime();
}

// The desk answered that it is the same as another message: nothing is stored under its own Gmail id.
async function isCopy(
  { db }: Pick<IntakeDeps, 'db'>,
  mailboxId: number,
  { labelIds, internetMessageId }: MailInGmail,
  { done }: LabelIds,
): Promise<boolean> {
  if (internetMessageId === null || done === '' || !labelIds.includes(done)) return false;
  return isKnownMessage(db, mailboxId, internetMessageId);
}

async function takeIn(
  deps: ReconcileDeps,
  input: ReconcileInput,
  mails: readonly MissingMail[],
): Promise<MissingMail[]> {
  const taken: MissingMail[] = [];
  for (const mail of mails) {
    input.signal?.throwIfAborted();
    taken.push({ ...mail, result: await takeOne(deps, input, mail) });
    input.onProgress?.({ stage: 'filing', done: taken.length, of: mails.length });
  }
  return taken;
}

async function takeOne(
  deps: ReconcileDeps,
  { mailbox, reader }: ReconcileInput,
  mail: MissingMail,
): Promise<MissingMail['result']> {
  const original = await reader.raw(mail.id);
  if (original === null) return null;
  const handedOver = {
    source: 'gmail',
    sourceId: mail.id,
    sourceThreadId: mail.threadId,
    arrivedAt: new Date(mail.internalDate),
    labels: original.labelIds,
    sizeEstimate: mail.sizeEstimate,
    raw: Buffer.from(original.raw, 'base64url'),
    headers: null,
  } as const;
  const [result] = await receiveBatch(deps, mailbox, [handedOver], AbortSignal.timeout(FILE_WITHIN_MS));
  if (result === undefined) throw new Error('a message was taken in without a result');
  const { sourceId: _, ...rest } = result;
  return rest;
}
