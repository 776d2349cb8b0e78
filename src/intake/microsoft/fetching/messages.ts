import { z } from 'zod';
import { cleanText } from '../../../mail/text.ts';
import type { HandedOver } from '../../filing/incoming-mail.ts';
import type { Graph } from '../graph/graph.ts';
import { isGone } from '../graph/graph-fault.ts';
import type { FolderName } from './fetch-queries.ts';

/** A message as a list has it. */
export type ListedMessage = {
  readonly sourceId: string;
  readonly folder: FolderName;
  readonly threadId: string;
  readonly arrivedAt: Date;
  readonly internetMessageId: string | null;
};

const LABELS: Readonly<Record<FolderName, string>> = { inbox: 'INBOX', sentitems: 'SENT', junkemail: 'JUNK' };
const FIELDS = '$select=id,receivedDateTime,conversationId,internetMessageId,isDraft';
const PAGE = 'odata.maxpagesize=200';
/** Larger ones are handed over as headers, as by a relay. */
const MAX_RAW_BYTES = 30 * 1024 * 1024;

// An update may carry the id and what has changed alone.
const listedMessage = z.object({
  id: z.string().min(1),
  receivedDateTime: z.string().optional(),
  conversationId: z.string().nullish(),
  internetMessageId: z.string().nullish(),
  isDraft: z.boolean().nullish(),
  '@removed': z.unknown().optional(),
});

const page = z.object({
  value: z.array(listedMessage),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

const properties = z.object({
  webLink: z.string().startsWith('https://').optional().catch(undefined),
  internetMessageHeaders: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});

/** What was read of a folder, and the link that leads on from there. */
export type Round = {
  readonly messages: readonly ListedMessage[];
  readonly link: string;
  /** Why it was not read to its end; null when it was. */
  readonly error: unknown;
};

/**
 * What has changed in a folder since its link, or since a time without one, and the link for the next time. A page may be
 * empty and still not be the last; one message may come several times. A fault after the first page keeps what was read:
 * the next time goes on from there, or a long round would never end while every hundredth call fails.
 */
export async function readDelta(
  graph: Graph,
  folder: FolderName,
  from: { readonly link: string | null; readonly since: Date },
  onPage: () => Promise<void>,
): Promise<Round> {
  const found = new Map<string, ListedMessage>();
  const filter = encodeURIComponent(`receivedDateTime ge ${from.since.toISOString()}`);
  const first = from.link ?? `/mailFolders/${folder}/messages/delta?${FIELDS}&$filter=${filter}`;
  let path = first;
  for (;;) {
    try {
      const read = await readPage(graph, path);
      for (const message of await whole(graph, read.value)) found.set(message.id, listed(folder, message));
      await onPage();
      const link = read['@odata.deltaLink'];
      if (link !== undefined) return { messages: [...found.values()], link, error: null };
      const next = read['@odata.nextLink'];
      if (next === undefined) throw new Error('Graph gave a page without a link to the next or to the end');
      path = next;
    } catch (error) {
      if (path === first) throw error;
      return { messages: [...found.values()], link: path, error };
    }
  }
}

function readPage(graph: Graph, path: string): Promise<z.infer<typeof page>> {
  return graph.call({ path, prefer: PAGE }, async (response) => page.parse(await response.json()));
}

/** Everything in a folder since a time, oldest first, a page at a time: whatever a link has seen. */
export async function* listSince(
  graph: Graph,
  folder: FolderName,
  since: Date,
): AsyncGenerator<readonly ListedMessage[]> {
  const filter = encodeURIComponent(`receivedDateTime ge ${since.toISOString()}`);
  let path: string | undefined =
    `/mailFolders/${folder}/messages?${FIELDS}&$filter=${filter}&$orderby=${encodeURIComponent('receivedDateTime asc')}&$top=200`;
  while (path !== undefined) {
    const read: z.infer<typeof page> = await readPage(graph, path);
    yield (await whole(graph, read.value)).map((message) => listed(folder, message));
    path = read['@odata.nextLink'];
  }
}

type Message = z.infer<typeof listedMessage>;

/** The messages that are there and no drafts, each with what filing needs. */
async function whole(graph: Graph, messages: readonly Message[]): Promise<Message[]> {
  const there = messages.filter((message) => message['@removed'] === undefined && message.isDraft !== true);
  const found: Message[] = [];
  for (const message of there) {
    if (message.receivedDateTime !== undefined && typeof message.conversationId === 'string')
      found.push(message);
    else {
      const path = `/messages/${encodeURIComponent(message.id)}?${FIELDS}`;
      const full = await graph
        .call({ path }, async (response) => listedMessage.parse(await response.json()))
        .catch(ignoreGone);
      if (full !== null && full.isDraft !== true) found.push(full);
    }
  }
  return found;
}

function listed(folder: FolderName, message: Message): ListedMessage {
  return {
    sourceId: message.id,
    folder,
    threadId: message.conversationId ?? message.id,
    arrivedAt: new Date(message.receivedDateTime ?? 0),
    internetMessageId: message.internetMessageId ?? null,
  };
}

/** The original of a message, or its headers when it is too large; null when it is gone. */
export async function fetchMessage(graph: Graph, message: ListedMessage): Promise<HandedOver | null> {
  const path = `/messages/${encodeURIComponent(message.sourceId)}/$value`;
  const raw = await graph.call({ path }, (response) => readUpTo(response, MAX_RAW_BYTES)).catch(ignoreGone);
  if (raw === null) return null;
  if (raw !== 'too_large') return handedOver(message, raw, { sizeEstimate: raw.byteLength });
  return fetchHeaders(graph, message, { sizeEstimate: MAX_RAW_BYTES });
}

/** A message by its properties alone: one that is too large, or that Microsoft cannot give whole (`broken`). */
export async function fetchHeaders(
  graph: Graph,
  message: ListedMessage,
  about: { readonly sizeEstimate: number; readonly broken?: string },
): Promise<HandedOver | null> {
  const path = `/messages/${encodeURIComponent(message.sourceId)}?$select=internetMessageHeaders,webLink`;
  const found = await graph
    .call({ path }, async (response) => properties.parse(await response.json()))
    .catch(ignoreGone);
  if (found === null) return null;
  const headers = (found.internetMessageHeaders ?? []).map(
    ({ name, value }) => [cleanText(name), cleanText(value)] as const,
  );
  const { webLink } = found;
  return {
    ...handedOver(message, null, about),
    headers,
    ...(webLink === undefined ? {} : { readAt: webLink }),
  };
}

function handedOver(
  message: ListedMessage,
  raw: Uint8Array | null,
  about: { readonly sizeEstimate: number; readonly broken?: string },
): HandedOver {
  return {
    source: 'microsoft',
    sourceId: message.sourceId,
    sourceThreadId: message.threadId,
    arrivedAt: message.arrivedAt,
    labels: [LABELS[message.folder]],
    raw,
    headers: null,
    ...about,
  };
}

async function readUpTo(response: Response, most: number): Promise<Uint8Array | 'too_large'> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection: the rest is not read.
    if (bytes > most) return 'too_large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function ignoreGone(error: unknown): null {
  if (isGone(error)) return null;
  throw error;
}
