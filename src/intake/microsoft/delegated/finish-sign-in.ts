import { lockVisibleMailbox } from '../../../mailboxes/settings/lock-visible-mailbox.ts';
import type { Actor, OperatorActor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { stateHash } from '../../../people/access/state-hash.ts';
import { Problem } from '../../../platform/problems.ts';
import { writeConnection } from '../access/connecting.ts';
import { microsoftOf } from '../access/open-microsoft.ts';
import { openGraph } from '../graph/graph.ts';
import { graphFault, isOutage } from '../graph/graph-fault.ts';
import { fetchPersonsTokens, type PersonsQuestion, type PersonsTokens } from '../graph/tokens.ts';
import { appOf, openSealed, type PersonDeps, type SignInSecret, signInCallback } from './begin-sign-in.ts';
import { upsertGrant } from './grant-queries.ts';
import { grantOf } from './grant.ts';
import { bindAgain, deleteSignIn, failSignIn, type SignInRow, takeBound } from './sign-in-queries.ts';

/**
 * Ends a sign-in with what the browser brings back. It counts once, within a quarter of an hour, and only in the session
 * that began it: anybody else's answer would connect the desk to a mailbox of their choosing. While Microsoft has trouble
 * the answer can be brought again.
 */
export async function endSignIn(
  deps: PersonDeps,
  actor: OperatorActor,
  answer: {
    readonly state: string;
    readonly session: string;
    readonly code: string | null;
    readonly error: string | null;
  },
): Promise<{ readonly mailboxId: number }> {
  requirePermission(actor, 'mailboxes.manage');
  const hash = stateHash(answer.state, answer.session);
  const row = await takeBound(deps.db, hash, actor.operatorId, deps.clock.now());
  if (row === null)
    throw new Problem(
      'forbidden',
      'This answer from Microsoft matches no sign-in that you began here recently.',
    );
  if (answer.code === null) {
    const fault = `Microsoft let nobody in: ${answer.error ?? 'it sent no code'}.`;
    await failSignIn(deps.db, row, fault);
    throw new Problem('wrong_state', fault);
  }
  const secret = openSealed(deps, row.sealed);
  try {
    const tokens = await fetchPersonsTokens(appOf(deps, secret), secret.secret, {
      grant_type: 'authorization_code',
      code: answer.code,
      redirect_uri: signInCallback(deps),
      code_verifier: secret.verifier ?? '',
    });
    await keepSignIn(deps, actor, { row, secret, tokens });
  } catch (error) {
    const fault = graphFault(error);
    if (fault !== null && isOutage(fault)) {
      await bindAgain(deps.db, row, hash);
      throw new Problem('wrong_state', `${faultWords(error)} Reload this page in a moment to try again.`);
    }
    await failSignIn(deps.db, row, faultWords(error));
    throw new Problem('wrong_state', faultWords(error));
  }
  return { mailboxId: row.mailboxId };
}

/** Asks Microsoft about a sign-in by a code: it stays as it is while the person takes their time. */
export async function askAfterCode(
  deps: PersonDeps,
  actor: Actor,
  row: SignInRow,
): Promise<'waiting' | 'slower' | 'connected' | 'failed'> {
  const secret = openSealed(deps, row.sealed);
  const question: PersonsQuestion = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: secret.deviceCode ?? '',
  };
  try {
    requirePermission(actor, 'mailboxes.manage');
    const tokens = await fetchPersonsTokens(appOf(deps, secret), secret.secret, question);
    await keepSignIn(deps, actor, { row, secret, tokens });
    return 'connected';
  } catch (error) {
    const fault = graphFault(error);
    if (fault?.code === 'slow_down' || fault?.status === 429) return 'slower';
    if (fault?.code === 'authorization_pending' || (fault !== null && isOutage(fault))) return 'waiting';
    await failSignIn(deps.db, row, faultWords(error));
    return 'failed';
  }
}

type Finished = { readonly row: SignInRow; readonly secret: SignInSecret; readonly tokens: PersonsTokens };

async function keepSignIn(deps: PersonDeps, actor: Actor, finished: Finished): Promise<void> {
  const { row, secret: given, tokens } = finished;
  const { mailboxId } = row;
  const at = deps.clock.now();
  const grant = grantOf(deps, mailboxId, tokens, at);
  if (grant === null)
    throw new Problem('wrong_state', 'Microsoft gave no refresh token: the app lacks offline_access.');
  const { tenantId, clientId, secret, secretEndsAt, readsJunk, sends } = given;
  const mailbox = await deps.db.begin((tx) => lockVisibleMailbox(tx, actor, mailboxId));
  await ensureReadable(deps, mailbox.address, tokens.accessToken);
  await deps.db.begin(async (tx) => {
    const locked = await lockVisibleMailbox(tx, actor, mailboxId);
    if (!(await deleteSignIn(tx, row)))
      throw new Problem('wrong_state', 'Another sign-in was begun meanwhile.');
    const sealed = deps.keyring.seal(JSON.stringify({ kind: 'delegated', secret }));
    const app = { tenantId, clientId, secretEndsAt, readsJunk, sends };
    await writeConnection(tx, actor, locked, { ...app, kind: 'delegated', sealed, at });
    await upsertGrant(tx, grant);
  });
}

// Whoever signed in may be somebody else: the desk would fetch nothing, and tell so a quarter of an hour later. That is still
// better than to lose a sign-in whose code is used up, because Graph has trouble just now.
async function ensureReadable(deps: PersonDeps, address: string, accessToken: string): Promise<void> {
  const graph = openGraph({
    graphUrl: microsoftOf(deps).endpoints.graphUrl,
    address,
    token: async () => accessToken,
    callsAtATime: 1,
    inTurn: (call) => call(),
    ensureAllowed: async () => {},
    noteThrottled: async () => {},
  });
  try {
    await graph.call({ path: '/mailFolders/inbox?$select=id' }, (response) => response.text());
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null) throw error;
    if (isOutage(fault)) return deps.log.warn({ error, address }, 'nobody knows yet whether it can be read');
    throw new Problem('wrong_state', `The account that signed in cannot read ${address}. ${String(error)}`);
  }
}

function faultWords(error: unknown): string {
  if (error instanceof Problem || graphFault(error) !== null) return (error as Error).message.slice(0, 500);
  throw error;
}
