import { z } from 'zod';
import type { AttachedFile } from '../../../outbox/smtp/smtp.ts';
import { drain, type Graph } from '../graph/graph.ts';

export type GraphLimits = {
  /** What one call takes of a message or a file: 4 MB, and either travels as base64. */
  readonly wholeBytes: number;
  /** Of a file that goes in pieces. */
  readonly pieceBytes: number;
};

/** A piece is a multiple of 320 KiB, and below 4 MB as well. */
export const GRAPH_LIMITS: GraphLimits = { wholeBytes: 2_900_000, pieceBytes: 10 * 327_680 };

const JSON_TYPE = 'application/json';

const attached = z.object({ value: z.array(z.object({ id: z.string() })) });
const session = z.object({ uploadUrl: z.string() });

type GraphDraft = {
  readonly id: string;
  readonly limits: GraphLimits;
  /** An earlier attempt may have added some of the files. */
  readonly isRepeat: boolean;
};

/**
 * Adds to a draft the files that it has not yet. They are added one after the other, and Microsoft has one only when its last
 * byte is there: an attempt that lost an answer, or the process, asks how many there are and goes on behind these.
 */
export async function addFiles(
  graph: Graph,
  draft: GraphDraft,
  files: readonly AttachedFile[],
  signal: AbortSignal,
): Promise<void> {
  if (files.length === 0) return;
  const path = `/messages/${encodeURIComponent(draft.id)}/attachments`;
  const there = draft.isRepeat ? await countFiles(graph, path, signal) : 0;
  const { wholeBytes, pieceBytes } = draft.limits;
  for (const file of files.slice(there)) {
    if (file.content.byteLength <= wholeBytes) await addWhole(graph, path, file, signal);
    else await addInPieces(graph, path, { ...file, pieceBytes }, signal);
  }
}

async function countFiles(graph: Graph, path: string, signal: AbortSignal): Promise<number> {
  const read = async (response: Response) => attached.parse(await response.json());
  const { value } = await graph.call({ path: `${path}?$select=id&$top=200`, signal }, read);
  return value.length;
}

async function addWhole(graph: Graph, path: string, file: AttachedFile, signal: AbortSignal): Promise<void> {
  const { name, contentType, inline, contentId } = file;
  const body = JSON.stringify({
    '@odata.type': '#microsoft.graph.fileAttachment',
    name,
    contentType,
    isInline: inline,
    ...(contentId === null ? {} : { contentId }),
    contentBytes: file.content.toString('base64'),
  });
  await graph.call({ method: 'POST', path, contentType: JSON_TYPE, body, signal }, drain);
}

async function addInPieces(
  graph: Graph,
  path: string,
  file: AttachedFile & { readonly pieceBytes: number },
  signal: AbortSignal,
): Promise<void> {
  const { name, contentType, inline, contentId, content, pieceBytes } = file;
  const size = content.byteLength;
  const item = {
    attachmentType: 'file',
    name,
    size,
    contentType,
    isInline: inline,
    ...(contentId === null ? {} : { contentId }),
  };
  const { uploadUrl } = await graph.call(
    {
      method: 'POST',
      path: `${path}/createUploadSession`,
      contentType: JSON_TYPE,
      body: JSON.stringify({ AttachmentItem: item }),
      signal,
    },
    async (response) => session.parse(await response.json()),
  );
  for (let from = 0; from < size; from += pieceBytes) {
    const body = new Uint8Array(content.subarray(from, from + pieceBytes));
    const range = `bytes ${from}-${from + body.byteLength - 1}/${size}`;
    await graph.upload({ url: uploadUrl, body, range, signal });
  }
}
