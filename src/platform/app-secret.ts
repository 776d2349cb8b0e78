import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The secret that seals stored credentials when APP_SECRET is unset: kept in `dataDir/app-secret`, for its owner's eyes
 * only, and made at the first start. Any number of processes may ask at once and get the same.
 */
export async function ownAppSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'app-secret');
  return (await readSecret(path)) ?? (await createSecret(dataDir, path));
}

async function readSecret(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const secret = text.trim();
  if (secret.length >= 32) return secret;
  throw new Error(`${path} has no secret of at least 32 characters: restore it from your back-up.`);
}

// A link appears whole or not at all, so that no other process reads half a secret or replaces this one.
async function createSecret(dataDir: string, path: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const secret = randomBytes(32).toString('hex');
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const others = await readSecret(path);
    if (others === null) throw error;
    return others;
  } finally {
    await rm(draft);
  }
}
