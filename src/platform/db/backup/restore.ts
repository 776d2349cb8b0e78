import { copyFile, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { findBinaries } from '../embedded/binaries.ts';
import { clusterFolder, ensureDataDir } from '../embedded/cluster.ts';
import { newClusterOwner } from '../embedded/privileges.ts';
import { withStartLock } from '../embedded/start-lock.ts';
import { copyBack, makeFolders } from './backup-files.ts';
import { type Manifest, readManifest } from './manifest.ts';

/**
 * Puts a back-up into a data folder that has no database. Every file is compared with what was written; the folder gets its
 * name when all of it is there. PostgreSQL brings it to the moment of the back-up at the next start.
 */
export async function restore(input: { readonly from: string; readonly dataDir: string }): Promise<Manifest> {
  const [from, dataDir] = [resolve(input.from), resolve(input.dataDir)];
  const manifest = await readManifest(from);
  const binaries = await findBinaries({ platform: platform(), arch: arch() });
  if (manifest.postgres !== binaries.majorVersion)
    throw new Error(
      `The back-up is of PostgreSQL ${manifest.postgres}, and this Mailroom brings PostgreSQL ${binaries.majorVersion}, ` +
        'which cannot read it: restore it with the Mailroom that wrote it.',
    );
  await ensureDataDir(dataDir);
  return withStartLock(dataDir, async () => {
    const folder = clusterFolder(dataDir);
    if ((await stat(folder).catch(() => null)) !== null)
      throw new Error(
        `${folder} is there already, and is not overwritten: stop Mailroom and move it away, or set another DATA_DIR.`,
      );
    await ensureSameSecret(from, dataDir, manifest);
    const draft = await mkdtemp(join(dataDir, 'pg.new-'));
    try {
      const owner = await newClusterOwner();
      await makeFolders(join(from, 'pg'), join(draft, 'pg'), owner);
      const files = manifest.files.filter(({ path }) => path.startsWith('pg/'));
      await copyBack(from, draft, { files, owner });
      await rename(join(draft, 'pg'), folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return manifest;
  });
}

// The secret is half of the data: without it no stored credential can be opened.
async function ensureSameSecret(from: string, dataDir: string, { files }: Manifest): Promise<void> {
  if (!files.some(({ path }) => path === 'app-secret')) return;
  const path = join(dataDir, 'app-secret');
  const there = await readFile(path, 'utf8').catch(() => null);
  const kept = await readFile(join(from, 'app-secret'), 'utf8');
  if (there === null) await copyFile(join(from, 'app-secret'), path);
  else if (there !== kept)
    throw new Error(`${path} is another secret than the back-up's: move it away, or set another DATA_DIR.`);
}
