import { readFile, writeFile } from 'node:fs/promises';
import type { Deps } from '../../../platform/deps.ts';
import type { Role } from '../../../people/access/actor.ts';
import { authenticateToken } from '../../../people/credentials/authenticate-token.ts';
import { createToken } from '../../../people/credentials/create-token.ts';
import { findOrAddOperator } from './find-or-add-operator.ts';

/** The demo's operator's token, kept in a file for its owner's eyes only, so that a second start prints the same one. */
export async function demoToken(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { readonly file: string; readonly email: string; readonly name: string; readonly role: Role },
): Promise<string> {
  const kept = await readToken(input.file);
  if (kept !== null && (await authenticateToken(deps, kept)) !== null) return kept;
  const operator = await findOrAddOperator(deps, input);
  const { token } = await createToken(deps, { kind: 'system' }, { operatorId: operator.id, name: 'demo' });
  await writeFile(input.file, `${token}\n`, { mode: 0o600 });
  return token;
}

async function readToken(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
