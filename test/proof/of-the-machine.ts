import { execFile } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/** Who runs PostgreSQL and PgBouncer, which refuse to run as root: Debian's user for them, or whoever runs the proof. */
export async function serviceUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  if (userInfo().uid !== 0) return { uid: userInfo().uid, gid: userInfo().gid };
  const id = async (which: string) => Number((await promisify(execFile)('id', [which, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
