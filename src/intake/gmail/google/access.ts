import type { Deps } from '../../../platform/deps.ts';
import { Problem } from '../../../platform/problems.ts';
import type { GoogleEndpoints } from './endpoints.ts';
import { type GoogleApis, type GoogleCredentials, openGoogle } from './open-google.ts';
import { findGoogleAccess, markAccessGivenBack, upsertGoogleAccess } from './queries.ts';

/** Keeps what the owner granted, sealed with APP_SECRET. */
export async function keepAccess(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  input: { readonly mailboxId: number; readonly account: string; readonly credentials: GoogleCredentials },
): Promise<void> {
  const sealed = deps.keyring.seal(JSON.stringify(input.credentials));
  await upsertGoogleAccess(
    deps.db,
    { mailboxId: input.mailboxId, account: input.account, sealed },
    deps.clock.now(),
  );
}

/** The mailbox's Google account by its stored credentials; null without credentials. */
export async function openAccess(
  deps: Pick<Deps, 'db' | 'keyring'>,
  mailboxId: number,
  endpoints: GoogleEndpoints,
): Promise<GoogleApis | null> {
  const access = await findGoogleAccess(deps.db, mailboxId);
  if (access === null || access.sealed === null) return null;
  return openGoogle(JSON.parse(deps.keyring.open(access.sealed)) as GoogleCredentials, endpoints);
}

/**
 * Gives the permission back to Google and forgets it; refuses when none is stored. Forgotten here even when Google cannot
 * be told, which the answer says: then the owner withdraws it on their account's page.
 */
export async function giveBackAccess(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring' | 'log'>,
  mailbox: { readonly id: number; readonly address: string },
  endpoints: GoogleEndpoints,
): Promise<{ readonly revoked: boolean }> {
  const access = await findGoogleAccess(deps.db, mailbox.id);
  if (access === null || access.sealed === null)
    throw new Problem('not_found', `No Google credentials are stored for ${mailbox.address}.`);
  const revoked = await revoke(deps, mailbox.id, endpoints);
  await markAccessGivenBack(deps.db, mailbox.id, deps.clock.now());
  return { revoked };
}

async function revoke(
  deps: Pick<Deps, 'db' | 'keyring' | 'log'>,
  mailboxId: number,
  endpoints: GoogleEndpoints,
): Promise<boolean> {
  try {
    await (await openAccess(deps, mailboxId, endpoints))?.revoke();
    return true;
  } catch (error) {
    deps.log.warn({ error, mailboxId }, 'Google did not take the permission back');
    return false;
  }
}
