import type { Scanner } from '../../src/platform/scanning/scanner.ts';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The test file of the European Institute for Computer Antivirus Research, in two parts: whole it would alarm scanners. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** A clamd that knows one virus, and takes `maxBytes` at most. */
export async function testClamd({ maxBytes = 1_000_000 }: { readonly maxBytes?: number } = {}) {
  const state = { isDown: false, breaksOff: false, scans: 0, reads: true };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (state.isDown) {
      socket.destroy();
      return;
    }
    let got = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      got = Buffer.concat([got, data]);
      answer(socket, got, { state, maxBytes });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    place: { host: '127.0.0.1', port },
    state,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  socket: Socket,
  got: Buffer,
  { state, maxBytes }: { state: { breaksOff: boolean; scans: number }; maxBytes: number },
): void {
  if (got.toString('latin1') === 'zPING\0') {
    socket.end('PONG\0');
    return;
  }
  const head = Buffer.from('zINSTREAM\0');
  if (got.length < head.length) return;
  if (!got.subarray(0, head.length).equals(head)) {
    socket.end('UNKNOWN COMMAND\0');
    return;
  }
  const pieces: Buffer[] = [];
  for (let at = head.length; at + 4 <= got.length;) {
    const length = got.readUInt32BE(at);
    if (length === 0) {
      state.scans += 1;
      const content = Buffer.concat(pieces);
      if (state.breaksOff) socket.destroy();
      else socket.end(content.includes(EICAR) ? 'stream: Win.Test.EICAR_HDB-1 FOUND\0' : 'stream: OK\0');
      return;
    }
    pieces.push(got.subarray(at + 4, at + 4 + length));
    at += 4 + length;
    if (Buffer.concat(pieces).length > maxBytes) {
      socket.end('INSTREAM size limit exceeded. ERROR\0');
      return;
    }
  }
}

/** A scanner that finds everything clean. */
export const cleanScanner: Scanner = {
  scan: async () => ({ kind: 'clean' }),
  trouble: async () => null,
};
