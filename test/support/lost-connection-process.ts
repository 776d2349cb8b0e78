import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type postgres from 'postgres';

// A process that loses a connection which it holds, and asks it again, with the driver as it is published (plain) or as
// Mailroom uses it (repaired): DATABASE_URL and which, as arguments. It says `survived` when the database still answers.
const [databaseUrl = '', which = ''] = process.argv.slice(2);
const driver: typeof postgres =
  which === 'plain'
    ? (await import('postgres')).default
    : (await import('../../src/platform/db/driver/driver.ts')).driver;
const { hostname, port } = new URL(databaseUrl);
let socket: Socket | undefined;
const opened = async () => {
  socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  return socket;
};
// The driver's types leave the option `socket` out.
const db = driver(databaseUrl, { max: 1, socket: opened } as Parameters<typeof driver>[1]);
const reserved = await db.reserve();
await reserved`select 1`;
const closed = once(socket!, 'close');
socket!.destroy();
await closed;
const told = await reserved`select 1`.then(
  () => 'nothing',
  (error: unknown) => (error as { readonly code: string }).code,
);
reserved.release();
const [row] = await db<{ one: number }[]>`select 1 as one`;
if (row?.one === 1) process.stdout.write(`survived ${told}\n`);
await db.end();
