import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** What a server that is measured tells of itself; CPU of all its threads, in milliseconds. */
export type Usage = { readonly cpuMs: number; readonly rssBytes: number; readonly roundTrips: number };

// Loaded into the server that is measured, by `--import`, so that what it costs is told by the process itself on every system.
const databasePort = Number(process.env['BENCH_DATABASE_PORT']);
const awaiting = new WeakMap<Socket, boolean>();
let roundTrips = 0;

if (isMainThread && process.send !== undefined) {
  countRoundTrips();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({
      cpuMs: (user + system) / 1000,
      rssBytes: process.memoryUsage.rss(),
      roundTrips,
    } satisfies Usage);
  });
  process.channel?.unref();
}

/** A round trip begins with the first write to PostgreSQL after it has answered: what is sent together counts once. */
function countRoundTrips(): void {
  const write = Reflect.get(Socket.prototype, 'write') as (...args: unknown[]) => boolean;
  const counting = function (this: Socket, ...args: unknown[]): boolean {
    if (this.remotePort === databasePort && awaiting.get(this) !== true) {
      if (!awaiting.has(this)) this.on('data', () => awaiting.set(this, false));
      awaiting.set(this, true);
      roundTrips += 1;
    }
    return write.apply(this, args);
  };
  Reflect.set(Socket.prototype, 'write', counting);
}
