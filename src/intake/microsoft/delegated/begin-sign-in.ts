import { randomBytes } from 'node:crypto';
import { lockVisibleMailbox } from '../../../mailboxes/settings/lock-visible-mailbox.ts';
import { type Actor, actingOperatorId, type OperatorActor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { stateHash } from '../../../people/access/state-hash.ts';
import type { Deps } from '../../../platform/deps.ts';
import { challengeOf, newVerifier } from '../../../platform/pkce.ts';
import { invalidField, notFound, Problem } from '../../../platform/problems.ts';
import { ensureApp } from '../access/connecting.ts';
import { type Microsoft, type MicrosoftDeps, microsoftOf } from '../access/open-microsoft.ts';
import { delegatedScope, type SendsBy } from '../graph/endpoints.ts';
import { graphFault } from '../graph/graph-fault.ts';
import { type App, type DeviceCode, endpointOf, fetchDeviceCode } from '../graph/tokens.ts';
import { bindSignIn, deleteSignIns, findSignIn, type SignInWay, upsertSignIn } from './sign-in-queries.ts';

export type PersonDeps = MicrosoftDeps &
  Pick<Deps, 'publicUrl'> & { readonly microsoft?: Microsoft | undefined };

/** The app that a person lets into their mailbox. */
export type SignInApp = {
  readonly tenantId: string;
  readonly clientId: string;
  /** Null for an app that has none, as one that signs in by a code. */
  readonly secret: string | null;
  readonly secretEndsAt: Date | null;
  readonly readsJunk: boolean;
  readonly sends: SendsBy;
};

/** What is sealed of a sign-in: the app, and what proves that it is this one. */
export type SignInSecret = SignInApp & {
  readonly deviceCode: string | null;
  readonly verifier: string | null;
};

const WITHIN_MS = 15 * 60_000;

/** Where Microsoft sends the browser back to; the app's registration has to name it. */
export function signInCallback({ publicUrl }: Pick<Deps, 'publicUrl'>): string {
  return `${publicUrl}/settings/microsoft/callback`;
}

/**
 * Begins to connect a mailbox in a person's name, without an admin of the tenant: by a code that they enter at Microsoft on
 * any device, or in the console's browser. What connects the mailbox now goes on until somebody has signed in.
 */
export async function beginSignIn(
  deps: PersonDeps,
  actor: Actor,
  input: { readonly mailboxId: number; readonly way: SignInWay; readonly app: SignInApp },
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  const { mailboxId, way, app } = input;
  ensureApp(app);
  if (app.sends === 'smtp')
    throw invalidField('/sends', 'is graph or none where a person signs in: SMTP takes the app’s own rights');
  await deps.db.begin((tx) => lockVisibleMailbox(tx, actor, mailboxId));
  const device = way === 'device' ? await askForCode(deps, app) : null;
  const at = deps.clock.now();
  const seconds = device?.expiresInSeconds ?? WITHIN_MS / 1000;
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    await upsertSignIn(tx, {
      mailboxId,
      way,
      sealed: sealSignIn(deps, { ...app, deviceCode: device?.deviceCode ?? null, verifier: null }),
      operatorId: actingOperatorId(actor),
      expiresAt: new Date(at.getTime() + seconds * 1000),
      userCode: device?.userCode ?? null,
      verificationUrl: device?.verificationUrl ?? null,
      intervalSeconds: device?.intervalSeconds ?? null,
      nextPollAt: device === null ? null : new Date(at.getTime() + device.intervalSeconds * 1000),
    });
  });
}

/** The page of Microsoft's where a sign-in in the browser goes on: only the session that goes there can bring its answer back. */
export async function openSignIn(
  deps: PersonDeps,
  actor: OperatorActor,
  { mailboxId, session }: { readonly mailboxId: number; readonly session: string },
): Promise<{ readonly url: string }> {
  requirePermission(actor, 'mailboxes.manage');
  await deps.db.begin((tx) => lockVisibleMailbox(tx, actor, mailboxId));
  const row = await findSignIn(deps.db, mailboxId);
  if (row?.way !== 'browser') throw notFound('sign-in of mailbox', mailboxId);
  const app = openSealed(deps, row.sealed);
  const [state, verifier] = [randomBytes(24).toString('base64url'), newVerifier()];
  await bindSignIn(deps.db, mailboxId, {
    stateHash: stateHash(state, session),
    sealed: sealSignIn(deps, { ...app, verifier }),
    operatorId: actor.operatorId,
    expiresAt: new Date(deps.clock.now().getTime() + WITHIN_MS),
  });
  const query = new URLSearchParams({
    client_id: app.clientId,
    response_type: 'code',
    redirect_uri: signInCallback(deps),
    response_mode: 'query',
    scope: delegatedScope(microsoftOf(deps).endpoints),
    state,
    ...challengeOf(verifier),
    // Whoever is signed in at Microsoft already may be somebody else than the mailbox.
    prompt: 'select_account',
  });
  return { url: `${endpointOf(appOf(deps, app), 'authorize')}?${query.toString()}` };
}

/** Gives a sign-in up; how the mailbox is connected stays as it is. */
export async function cancelSignIn(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    await deleteSignIns(tx, mailboxId);
  });
}

export function appOf(deps: PersonDeps, { tenantId, clientId }: SignInApp): App {
  return { ...microsoftOf(deps).endpoints, tenantId, clientId };
}

export function openSealed({ keyring }: Pick<Deps, 'keyring'>, sealed: string): SignInSecret {
  const kept = JSON.parse(keyring.open(sealed)) as SignInSecret & { readonly secretEndsAt: string | null };
  return { ...kept, secretEndsAt: kept.secretEndsAt === null ? null : new Date(kept.secretEndsAt) };
}

function sealSignIn({ keyring }: Pick<Deps, 'keyring'>, secret: SignInSecret): string {
  return keyring.seal(JSON.stringify(secret));
}

async function askForCode(deps: PersonDeps, app: SignInApp): Promise<DeviceCode> {
  try {
    return await fetchDeviceCode(appOf(deps, app));
  } catch (error) {
    if (graphFault(error) === null) throw error;
    throw new Problem('wrong_state', `Microsoft gives no code to sign in with. ${String(error)}`);
  }
}
