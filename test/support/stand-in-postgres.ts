import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type StandIn = {
  /** The URL given, with the host and port of the stand-in. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection through it and takes none any more, as a server that is switched off. */
  readonly stop: () => Promise<void>;
};

type Forwarding = {
  /** May change what a client sends first: the parameters of its session. */
  readonly startup?: (packet: Buffer) => Buffer;
  /** From such a packet on a client is heard no more, and gets no answer. */
  readonly isHeld?: (packet: Buffer) => boolean;
};

/** A way to a real server. */
export function startForwarder(
  url: string,
  { startup = (packet) => packet, isHeld = () => false }: Forwarding = {},
): Promise<StandIn> {
  const { hostname, port } = new URL(url);
  return listen(url, (client) => {
    const server = connect(Number(port), hostname);
    client.once('data', (packet) => {
      server.write(startup(packet));
      client.on('data', (next) => (isHeld(next) ? client.pause() : server.write(next)));
      server.pipe(client);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
}

/** PgBouncer that was told to ignore the parameters it does not know: the session has none of them. */
export function startIgnoringPooler(url: string): Promise<StandIn> {
  const startup = (packet: Buffer): Buffer => {
    const parts = packet.subarray(8, -2).toString().split('\0');
    const kept = parts.flatMap((name, at) =>
      at % 2 === 0 && !name.endsWith('timeout') ? [`${name}\0${parts[at + 1]}\0`] : [],
    );
    const body = Buffer.concat([packet.subarray(4, 8), Buffer.from(`${kept.join('')}\0`)]);
    return Buffer.concat([int32(body.length + 4), body]);
  };
  return startForwarder(url, { startup });
}

/** PgBouncer as it is installed: it refuses a session's parameters that it does not know. */
export function startRefusingPooler(url: string): Promise<StandIn> {
  const fields = ['SFATAL', 'VFATAL', 'C08P01', 'Munsupported startup parameter: lock_timeout', ''];
  return listen(url, (client) =>
    client.once('data', () => client.end(message('E', `${fields.join('\0')}\0`))),
  );
}

/** A server that copies another one: it lets anybody in, and takes no writes. */
export function startStandby(url: string): Promise<StandIn> {
  return listen(url, (client) =>
    client.once('data', () => {
      client.write(message('R', int32(0)));
      client.write(message('S', 'in_hot_standby\0on\0'));
      client.write(message('S', 'default_transaction_read_only\0off\0'));
      client.write(message('Z', 'I'));
    }),
  );
}

async function listen(given: string, onClient: (client: Socket) => void): Promise<StandIn> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client.on('close', () => clients.delete(client)).on('error', () => client.destroy()));
    onClient(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = Object.assign(new URL(given), { hostname: '127.0.0.1', port: String(port) }).href;
  return {
    url,
    port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

function message(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
