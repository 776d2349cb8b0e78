import type { Clock } from '../../../platform/clock.ts';
import { googleError } from '../google/google-error.ts';
import { createLabels } from './labels.ts';
import { bareSubject, headerOf, idsIn, isAddressedTo, readHeaders, type GmailMessage } from './message.ts';
import { gmailSearch } from './search.ts';

export type GmailFilter = {
  readonly id: string;
  readonly criteria: {
    readonly from?: string;
    readonly to?: string;
    readonly subject?: string;
    readonly query?: string;
    readonly negatedQuery?: string;
  };
  readonly action: { readonly addLabelIds?: readonly string[]; readonly removeLabelIds?: readonly string[] };
};

export type ArrivalOptions = {
  /** Exactly these instead of INBOX and UNREAD: ids, or names of labels that exist. Filters come on top. */
  readonly labels?: readonly string[];
  readonly internalDate?: number;
};

export type Arrival = { readonly id: string; readonly threadId: string };

export type GmailAccount = ReturnType<typeof createGmailAccount>;

/** An in-memory Gmail account: emails with their own labels, threads, filters. */
export function createGmailAccount({ address, clock }: { readonly address: string; readonly clock: Clock }) {
  const labels = createLabels();
  const filters: GmailFilter[] = [];
  let filtersMade = 0;
  const messages = new Map<string, GmailMessage>();
  const threads = createThreads();

  function store(raw: Buffer, labelIds: readonly string[], internalDate: number): Arrival {
    const id = (BigInt(clock.now().getTime()) * 1_048_576n + BigInt(messages.size)).toString(16);
    const headers = readHeaders(raw);
    const message: GmailMessage = {
      id,
      threadId: threads.place(id, headers),
      labelIds: new Set(labelIds),
      internalDate,
      raw,
      headers,
    };
    for (const filter of filters) applyFilter(filter, message);
    messages.set(id, message);
    return { id, threadId: message.threadId };
  }

  function applyFilter(filter: GmailFilter, message: GmailMessage): void {
    const { negatedQuery, query, ...fields } = filter.criteria;
    const terms = Object.entries(fields).map(([field, value]) => `${field}:"${value}"`);
    if (query) terms.push(query);
    if (!gmailSearch(terms.join(' '), labels, address)(message)) return;
    if (negatedQuery && gmailSearch(negatedQuery, labels, address)(message)) return;
    for (const id of filter.action.addLabelIds ?? []) if (labels.has(id)) message.labelIds.add(id);
    for (const id of filter.action.removeLabelIds ?? []) message.labelIds.delete(id);
  }

  function resolve(label: string): string {
    const id = labels.has(label) ? label : labels.byName(label)?.id;
    if (id === undefined) throw new Error(`simulated Gmail: there is no label ${label}`);
    return id;
  }

  return {
    address,
    labels,
    filters,

    /** An email arrives from outside: inbox, unread, and whatever the filters say. */
    deliver(raw: Buffer, options: ArrivalOptions = {}): Arrival {
      const labelIds = (options.labels ?? ['INBOX', 'UNREAD']).map(resolve);
      return store(raw, labelIds, options.internalDate ?? clock.now().getTime());
    },

    /** The owner sends an email; one that also goes to the owner is a single message, sent and in the inbox. */
    send(raw: Buffer): Arrival {
      const headers = readHeaders(raw);
      const toSelf = ['to', 'cc', 'bcc'].some((name) => isAddressedTo(headerOf({ headers }, name), address));
      return store(raw, toSelf ? ['SENT', 'INBOX', 'UNREAD'] : ['SENT'], clock.now().getTime());
    },

    addFilter(criteria: GmailFilter['criteria'], action: GmailFilter['action']): GmailFilter {
      for (const id of action.addLabelIds ?? []) {
        if (!labels.has(id)) throw googleError(400, 'invalidArgument', 'Invalid label: ' + id);
      }
      filtersMade += 1;
      const filter = { id: `filter-${filtersMade}`, criteria, action };
      filters.push(filter);
      return filter;
    },

    removeFilter(id: string): undefined {
      const at = filters.findIndex((filter) => filter.id === id);
      if (at < 0) throw googleError(404, 'notFound', 'Requested entity was not found.');
      filters.splice(at, 1);
    },

    find: (id: string) => messages.get(id),

    /** Newest first, as Gmail lists. */
    messages: () => [...messages.values()].reverse(),

    search: (query: string) => gmailSearch(query, labels, address),

    deleteMessage: (id: string) => messages.delete(id),

    /** Removes the label from the account and from every message; filters that name it no longer do anything. */
    deleteLabel(id: string): void {
      labels.delete(id);
      for (const message of messages.values()) message.labelIds.delete(id);
    },

    change(message: GmailMessage, add: readonly string[], remove: readonly string[]): void {
      for (const id of add) message.labelIds.add(id);
      for (const id of remove) message.labelIds.delete(id);
    },
  };
}

/** Gmail joins an email to a thread when it cites one of its emails and has the same subject; up to 100 emails. */
function createThreads() {
  const byInternetId = new Map<string, { threadId: string; subject: string }>();
  const sizes = new Map<string, number>();
  return {
    place(id: string, headers: GmailMessage['headers']): string {
      const subject = bareSubject(headerOf({ headers }, 'subject'));
      const cited = [
        ...idsIn(headerOf({ headers }, 'in-reply-to')),
        ...idsIn(headerOf({ headers }, 'references')),
      ];
      const parent = cited
        .map((internetId) => byInternetId.get(internetId))
        .find((known) => known?.subject === subject && (sizes.get(known.threadId) ?? 0) < 100);
      const threadId = parent?.threadId ?? id;
      sizes.set(threadId, (sizes.get(threadId) ?? 0) + 1);
      const own = idsIn(headerOf({ headers }, 'message-id'))[0];
      if (own !== undefined) byInternetId.set(own, { threadId, subject });
      return threadId;
    },
  };
}
