import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Keyring } from '../../keyring.ts';

const manifestSchema = z.object({
  format: z.literal('mailroom back-up 1'),
  postgres: z.string(),
  schemaVersion: z.int(),
  at: z.iso.datetime(),
  /** Known words, sealed: what opens them opens the stored credentials. */
  sealed: z.string(),
  files: z.array(z.object({ path: z.string(), size: z.int(), sha256: z.string() })),
});

/** What a back-up says of itself, in `manifest.json`; written last, so that a folder without it is no back-up. */
export type Manifest = z.infer<typeof manifestSchema>;

export const MANIFEST = 'manifest.json';
const KNOWN_WORDS = 'mailroom back-up';

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((cause: unknown) => {
    throw new Error(
      `${folder} is no back-up, or one that was not finished: it has no ${MANIFEST}. Name a folder that mailroom backup wrote.`,
      { cause },
    );
  });
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new Error(`${join(folder, MANIFEST)} is damaged, or of a newer Mailroom: take another back-up.`);
  return parsed.data;
}

export function sealedWords(keyring: Keyring): string {
  return keyring.seal(KNOWN_WORDS);
}

/** Whether a keyring opens what was sealed when the back-up was made. */
export function opensSealed(manifest: Manifest, keyring: Keyring): boolean {
  try {
    return keyring.open(manifest.sealed) === KNOWN_WORDS;
  } catch {
    // It throws for a secret that is not the right one, which is the question.
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
