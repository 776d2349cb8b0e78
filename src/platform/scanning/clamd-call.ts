import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Bytes } from '../bucket/bytes.ts';

/** Where clamd listens: a port, or a socket in the file system. */
export type ClamdPlace = { readonly host: string; readonly port: number } | { readonly path: string };

/** A clamd that scans a large archive says nothing meanwhile; it gives up by itself after its `CommandReadTimeout`. */
const SILENT_MS = 120_000;
const CONNECT_MS = 5000;
const MAX_PIECE_BYTES = 1_000_000;

/** One command of clamd's protocol and its answer, without the zero byte; a body goes as `INSTREAM` has it, in counted pieces. */
export async function clamdCall(
  place: ClamdPlace,
  command: 'PING' | 'INSTREAM',
  { body, silentMs = SILENT_MS }: { readonly body?: Bytes; readonly silentMs?: number } = {},
): Promise<string> {
  const socket = connect(place);
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('clamd does not answer')));
  try {
    await once(socket, 'connect');
    socket.setTimeout(silentMs);
    const answer = answerOf(socket);
    // It is awaited below; a connection that breaks while the body is sent must not count as unhandled.
    answer.catch(() => {});
    await send(socket, Buffer.from(`z${command}\0`));
    if (body !== undefined) await sendBody(socket, body, answer);
    return await answer;
  } finally {
    socket.destroy();
  }
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    socket.on('data', (data: Buffer) => {
      said += data.toString('utf8');
      const end = said.indexOf('\0');
      if (end >= 0) resolve(said.slice(0, end));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('clamd broke the connection off')));
  });
}

// It may answer before everything is sent, as when it takes no more.
async function sendBody(socket: Socket, body: Bytes, answer: Promise<string>): Promise<void> {
  const settled = answer.then(
    () => 'answered' as const,
    () => 'answered' as const,
  );
  const sent = async (bytes: Buffer): Promise<boolean> =>
    (await Promise.race([send(socket, bytes), settled])) !== 'answered';
  for await (const slice of body) {
    for (let at = 0; at < slice.byteLength; at += MAX_PIECE_BYTES) {
      const piece = slice.subarray(at, at + MAX_PIECE_BYTES);
      if (!(await sent(Buffer.concat([lengthOf(piece.byteLength), piece])))) return;
    }
  }
  await sent(lengthOf(0));
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

function send(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
