import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelayServer, type RelayServer } from './relay-server.ts';

export type ListeningServer = {
  readonly server: RelayServer;
  readonly port: number;
  /** While `begun` is set, requests are told to it and never answered. */
  readonly silence: { begun: (() => void) | undefined };
  readonly close: () => Promise<void>;
};

/** The double of the server on a loopback socket of this very thread. */
export async function listenAsRelayServer(options: {
  readonly secret: string;
  readonly now: () => number;
}): Promise<ListeningServer> {
  const server = createRelayServer(options);
  const silence: ListeningServer['silence'] = { begun: undefined };
  const http = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
    incoming.on('end', () => {
      if (silence.begun) return silence.begun();
      const headers = incoming.headers as Record<string, string>;
      const answer = server.post({
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: { ...headers, 'Content-Type': headers['content-type'] ?? '' },
        body: Buffer.concat(chunks).toString('latin1'),
        timeoutSeconds: 30,
      });
      outgoing.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    server,
    silence,
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
