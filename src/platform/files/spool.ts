import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { letGo } from './let-go.ts';

/** Bytes kept until they are read once: the first in memory, all of them in a file when there are more. */
export type Spool = {
  readonly size: () => number;
  readonly inMemory: () => number;
  /** Takes a piece over: nobody may use it afterwards. */
  readonly add: (chunk: Uint8Array) => Promise<void>;
  /** The whole file as one buffer of exactly its size; at most its first `most` bytes when given. */
  readonly bytes: (most?: number) => Promise<Buffer>;
  /** Lets go of memory and file; does nothing the second time. */
  readonly discard: () => Promise<void>;
};

/** A spool that holds `memoryBytes` at most in memory. Its file has no name, so that a process that is killed leaves none. */
export function createSpool(memoryBytes: number): Spool {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let inMemory = 0;
  let file: FileHandle | null = null;

  const writeOut = async (into: FileHandle): Promise<void> => {
    const held = chunks;
    chunks = [];
    inMemory = 0;
    for (const chunk of held) {
      await into.writeFile(chunk);
      letGo(chunk);
    }
  };
  return {
    size: () => size,
    inMemory: () => inMemory,
    async add(chunk) {
      chunks.push(chunk);
      size += chunk.byteLength;
      inMemory += chunk.byteLength;
      if (inMemory <= memoryBytes) return;
      file ??= await openNameless();
      await writeOut(file);
    },
    async bytes(most = size) {
      const all = Buffer.allocUnsafe(Math.min(size, most));
      const written = Math.min(size - inMemory, all.length);
      for (let at = 0; at < written;) {
        const bytesRead = (await file?.read(all, at, written - at, at))?.bytesRead ?? 0;
        if (bytesRead === 0) throw new Error('a spooled body is shorter than what was written');
        at += bytesRead;
      }
      let at = written;
      for (const chunk of chunks) {
        const part = chunk.subarray(0, all.length - at);
        all.set(part, at);
        at += part.byteLength;
      }
      return all;
    },
    async discard() {
      const closing = file;
      file = null;
      chunks = [];
      inMemory = 0;
      await closing?.close();
    },
  };
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `mailroom-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
