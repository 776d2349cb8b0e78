import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chown, copyFile, lstat, mkdir, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a back-up, by its path in it, and what it must be when it is read again. */
export type BackedUpFile = { readonly path: string; readonly size: number; readonly sha256: string };

/** What PostgreSQL makes anew when it starts, or must not find there; their folders stay. */
const EMPTIED = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|backup_label.*|tablespace_map.*|mailroom-postgres\.log.*|pgsql_tmp.*|pg_internal\.init.*)$/;

/** Copies a folder that its owner goes on writing to. A file that goes away meanwhile is left out: the log knows of it. */
export async function copyWhileWritten(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (LEFT_OUT.test(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink())
      throw new Error(`${source} leads to ${await readlink(source)}: the back-up holds no tablespaces.`);
    if (entry.isDirectory() && EMPTIED.has(entry.name)) await mkdir(target, { mode: 0o700 });
    else if (entry.isDirectory()) await copyWhileWritten(source, target);
    else await copyFile(source, target, constants.COPYFILE_FICLONE).catch(unlessGone);
  }
}

/** Every file below a folder, with its size and hash. */
export async function listBackedUp(folder: string, below = ''): Promise<BackedUpFile[]> {
  const files: BackedUpFile[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await listBackedUp(folder, path)));
    else files.push({ path, ...(await summed(join(folder, path))) });
  }
  return files;
}

/** Copies what was backed up and refuses a file that is not what it was. */
export async function copyBack(
  from: string,
  to: string,
  { files, owner }: { readonly files: readonly BackedUpFile[]; readonly owner: FileOwner | null },
): Promise<void> {
  for (const { path, size, sha256 } of files) {
    const found = await summed(join(from, path)).catch((error: unknown) => {
      throw new Error(`The back-up is not whole: ${path} cannot be read. Take another back-up.`, {
        cause: error,
      });
    });
    if (found.size !== size || found.sha256 !== sha256)
      throw new Error(`The back-up is damaged: ${path} is not what was written. Take another back-up.`);
    await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
    if (owner !== null) await chown(join(to, path), owner.uid, owner.gid);
  }
}

export type FileOwner = { readonly uid: number; readonly gid: number };

/** Makes the folders of a back-up, empty ones too, without which PostgreSQL does not start. */
export async function makeFolders(from: string, to: string, owner: FileOwner | null): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  if (owner !== null) await chown(to, owner.uid, owner.gid);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeFolders(join(from, entry.name), join(to, entry.name), owner);
  }
}

/** Has the disk keep a file: a back-up that a power cut empties is none. */
export async function keep(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function summed(path: string): Promise<Omit<BackedUpFile, 'path'>> {
  const { size } = await lstat(path);
  const handle = await open(path, 'r');
  try {
    const sum = createHash('sha256');
    // Of a size with the file: with a megabyte for each of two thousand small ones the collector works longer than this does.
    const chunk = Buffer.allocUnsafe(Math.min(Math.max(size, 1), 1_000_000));
    for (;;) {
      const { bytesRead } = await handle.read(chunk);
      if (bytesRead === 0) break;
      sum.update(chunk.subarray(0, bytesRead));
    }
    return { size, sha256: sum.digest('hex') };
  } finally {
    await handle.close();
  }
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
