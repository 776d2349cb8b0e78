import { setTimeout as pause } from 'node:timers/promises';
import type { gmail_v1 } from 'googleapis/build/src/apis/gmail/v1.js';
import type { Clock } from '../../../platform/clock.ts';
import { readMessageId } from '../../../mail/headers/message-ids.ts';
import { googleFault, isGoogleBusy } from './google-fault.ts';

/** A message in Gmail as its headers describe it. */
export type MailInGmail = {
  readonly id: string;
  readonly threadId: string;
  readonly internalDate: number;
  readonly labelIds: readonly string[];
  readonly sizeEstimate: number;
  readonly from: string;
  readonly subject: string;
  readonly internetMessageId: string | null;
};

export type MailReader = {
  /** Pages of ids, newest first as Gmail lists them; of all mail when no label is named. */
  readonly listIds: (list: {
    readonly labelId?: string;
    readonly query?: string;
    readonly spamAndTrash?: boolean;
  }) => AsyncGenerator<readonly string[]>;
  /** Null when it is gone. */
  readonly describe: (id: string) => Promise<MailInGmail | null>;
  /** The whole message, base64url; null if it is gone. */
  readonly raw: (
    id: string,
  ) => Promise<{ readonly raw: string; readonly labelIds: readonly string[] } | null>;
};

export type ReaderOptions = {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** Gmail allows 6,000 units a minute; the owner's other programs want some as well. */
const UNITS_PER_MINUTE = 4000;
const MINUTE_MS = 60_000;
const COST = { list: 5, get: 20 } as const;
const HEADERS = ['From', 'Subject', 'Message-ID'];
const BUSY_WAITS_MS = [30_000, 60_000, 120_000, 300_000];

/** Reads a mailbox's Gmail, below its quota: a call that meets a busy Gmail waits and is made again. */
export function createMailReader(gmail: gmail_v1.Gmail, options: ReaderOptions): MailReader {
  const { wait = pauseFor } = options;
  const spend = pacer(options);

  async function call<Result>(units: number, work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      options.signal?.throwIfAborted();
      await spend(units);
      try {
        return await work();
      } catch (error) {
        const ms = BUSY_WAITS_MS[attempt];
        if (ms === undefined || !isGoogleBusy(error)) throw error;
        await wait(ms, options.signal);
      }
    }
  }

  const connection = options.signal === undefined ? {} : { signal: options.signal };

  async function unlessGone<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (error) {
      if (googleFault(error)?.status === 404) return null;
      throw error;
    }
  }

  return {
    async *listIds({ labelId, query, spamAndTrash }) {
      let pageToken: string | undefined;
      do {
        const { data } = await call(COST.list, () =>
          gmail.users.messages.list(
            {
              userId: 'me',
              maxResults: 500,
              fields: 'messages(id),nextPageToken',
              ...(labelId === undefined ? {} : { labelIds: [labelId] }),
              ...(query === undefined ? {} : { q: query }),
              ...(spamAndTrash === true ? { includeSpamTrash: true } : {}),
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            connection,
          ),
        );
        yield (data.messages ?? []).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
        pageToken = data.nextPageToken ?? undefined;
      } while (pageToken !== undefined);
    },
    describe: (id) =>
      unlessGone(async () => {
        const { data } = await call(COST.get, () =>
          gmail.users.messages.get(
            { userId: 'me', id, format: 'metadata', metadataHeaders: HEADERS },
            connection,
          ),
        );
        return described(id, data);
      }),
    raw: (id) =>
      unlessGone(async () => {
        const { data } = await call(COST.get, () =>
          gmail.users.messages.get({ userId: 'me', id, format: 'raw' }, connection),
        );
        return { raw: data.raw ?? '', labelIds: data.labelIds ?? [] };
      }),
  };
}

function described(id: string, data: gmail_v1.Schema$Message): MailInGmail {
  const header = (name: string): string =>
    data.payload?.headers?.find((each) => each.name?.toLowerCase() === name)?.value ?? '';
  return {
    id,
    threadId: data.threadId ?? id,
    internalDate: Number(data.internalDate ?? 0),
    labelIds: data.labelIds ?? [],
    sizeEstimate: data.sizeEstimate ?? 0,
    from: header('from'),
    subject: header('subject'),
    internetMessageId: readMessageId(header('message-id')),
  };
}

// A minute's units at once if need be, then the rest of that minute off: below the quota whatever a call takes.
function pacer({ clock, wait = pauseFor, signal }: ReaderOptions) {
  let since = clock.now().getTime();
  let spent = 0;
  return async (units: number): Promise<void> => {
    const passed = clock.now().getTime() - since;
    if (passed < MINUTE_MS && spent + units > UNITS_PER_MINUTE) await wait(MINUTE_MS - passed, signal);
    if (passed >= MINUTE_MS || spent + units > UNITS_PER_MINUTE) {
      since = clock.now().getTime();
      spent = 0;
    }
    spent += units;
  };
}

async function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  await pause(ms, undefined, signal === undefined ? {} : { signal });
}
