import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Db, Transaction } from '../../../platform/db/connect.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { stateHash } from '../../../people/access/state-hash.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { Problem } from '../../../platform/problems.ts';
import { findMyself, jiraClient } from '../client/jira-client.ts';
import { JiraFault } from '../client/jira-fault.ts';
import { ATLASSIAN, type JiraDeps } from '../jira-deps.ts';
import { findToChange } from './connect.ts';
import type { ConnectionRow } from './connection.ts';
import { openCredentials } from './credentials.ts';
import { insertGrantEvent, lockGrant, markRefreshed } from './grant-queries.ts';
import { rootOf } from './open-jira.ts';
import { insertConsent, joinGrant, markConsented, takeConsent } from './queries.ts';
import { renewed } from './refresh-grant.ts';
import { askForTokens, type Tokens } from './token-endpoint.ts';

type ConsentDeps = Pick<JiraDeps, 'db' | 'clock' | 'keyring' | 'atlassian' | 'publicUrl'>;

const WITHIN_MS = 15 * 60_000;
const SCOPES = 'read:jira-work write:jira-work read:jira-user manage:jira-webhook offline_access';

/** Where Atlassian sends the browser back to; the same has to stand in the app's settings there. */
export function callbackUrl({ publicUrl }: Pick<JiraDeps, 'publicUrl'>): string {
  return `${publicUrl}/settings/jira/callback`;
}

/** Begins a consent in a session, and returns the page of Atlassian's that asks for it. */
export async function beginConsent(
  deps: ConsentDeps,
  actor: OperatorActor,
  input: { readonly connectionId: number; readonly session: string },
): Promise<{ readonly url: string }> {
  const { connection, client } = await oauthConnection(deps, actor, input.connectionId);
  const state = randomBytes(24).toString('base64url');
  await insertConsent(deps.db, {
    hash: stateHash(state, input.session),
    connectionId: connection.id,
    operatorId: actor.operatorId,
    expiresAt: new Date(deps.clock.now().getTime() + WITHIN_MS),
  });
  const query = new URLSearchParams({
    audience: 'api.atlassian.com',
    client_id: client.clientId,
    scope: SCOPES,
    redirect_uri: callbackUrl(deps),
    state,
    response_type: 'code',
    prompt: 'consent',
  });
  return { url: `${(deps.atlassian ?? ATLASSIAN).authUrl}/authorize?${query.toString()}` };
}

/**
 * Ends a consent with what the browser brings back. It counts once, within a quarter of an hour, and only in the session
 * that began it: anybody else's answer would connect the desk to a Jira of their choosing.
 */
export async function endConsent(
  deps: ConsentDeps,
  actor: OperatorActor,
  answer: {
    readonly state: string;
    readonly session: string;
    readonly code: string | null;
    readonly error: string | null;
  },
): Promise<{ readonly connectionId: number }> {
  const at = deps.clock.now();
  const hash = stateHash(answer.state, answer.session);
  const connectionId = await takeConsent(deps.db, hash, actor.operatorId, at);
  if (connectionId === null)
    throw new Problem(
      'forbidden',
      'This answer from Atlassian matches no consent that you began here recently.',
    );
  const { connection, client } = await oauthConnection(deps, actor, connectionId);
  if (answer.code === null)
    throw new Problem('wrong_state', `Atlassian refused access: ${answer.error ?? 'it sent no code'}.`);
  const tokens = await exchangeCode(deps, client, answer.code);
  const site = await findSite(deps, tokens, connection.siteUrl);
  const jira = jiraClient('cloud', {
    root: rootOf(deps, { base: 'gateway', siteUrl: connection.siteUrl, cloudId: site.id }),
    authorization: `Bearer ${tokens.access}`,
  });
  const myself = await findMyself(jira).catch((error: unknown) => {
    if (error instanceof JiraFault)
      throw new Problem('wrong_state', `Jira refuses the new token: ${error.message}`);
    throw error;
  });
  const account = { id: myself.accountId ?? '', name: myself.displayName };
  await keep(deps.db, deps, actor, { connection, client, tokens, cloudId: site.id, account, at });
  return { connectionId };
}

type Consented = {
  readonly connection: ConnectionRow;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  readonly tokens: Tokens;
  readonly cloudId: string;
  readonly account: { readonly id: string; readonly name: string };
  readonly at: Date;
};

// Atlassian keeps one grant an app and account: a second consent ends the first one's tokens, so both share one row.
function keep(db: Db, deps: ConsentDeps, actor: OperatorActor, consented: Consented): Promise<void> {
  const { connection, client, tokens, cloudId, account, at } = consented;
  return db.begin(async (tx: Transaction) => {
    const grantId = await joinGrant(tx, { connection, clientId: client.clientId, accountId: account.id });
    await lockGrant(tx, grantId);
    await markConsented(tx, {
      connectionId: connection.id,
      grantId,
      cloudId,
      account,
      clientId: client.clientId,
    });
    await markRefreshed(tx, grantId, renewed(deps, client, tokens, at));
    await insertGrantEvent(tx, grantId, { type: 'info', message: `Connected as ${account.name}.`, at });
    await recordEvent(tx, {
      type: 'jira.consented',
      actor,
      at,
      new: { connectionId: connection.id, account: account.name },
    });
  });
}

async function oauthConnection(deps: ConsentDeps, actor: OperatorActor, connectionId: number) {
  const connection = await findToChange(deps, actor, connectionId);
  const credentials = connection.sealed === null ? null : openCredentials(deps, connection.sealed);
  if (credentials?.kind !== 'oauth')
    throw new Problem('wrong_state', 'This connection has a token; only an OAuth app asks for consent.');
  return {
    connection,
    client: { clientId: credentials.clientId, clientSecret: credentials.clientSecret },
  };
}

async function exchangeCode(
  deps: ConsentDeps,
  client: { readonly clientId: string; readonly clientSecret: string },
  code: string,
): Promise<Tokens> {
  const answer = await askForTokens(deps, {
    grant_type: 'authorization_code',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    code,
    redirect_uri: callbackUrl(deps),
  });
  if (answer.kind === 'tokens') return answer.tokens;
  throw new Problem('wrong_state', `Atlassian gave no token: ${answer.reason}.`);
}

async function findSite(
  deps: ConsentDeps,
  tokens: Tokens,
  siteUrl: string,
): Promise<{ readonly id: string }> {
  const { gatewayUrl } = deps.atlassian ?? ATLASSIAN;
  const response = await fetch(`${gatewayUrl}/oauth/token/accessible-resources`, {
    headers: { authorization: `Bearer ${tokens.access}`, accept: 'application/json' },
    signal: AbortSignal.timeout(WITHIN_MS / 60),
  });
  const shape = z.array(z.object({ id: z.string(), url: z.string(), scopes: z.array(z.string()) }));
  const sites = shape.safeParse(await response.json().catch(() => null));
  // One id may stand there twice, for Jira and for Confluence.
  const site = (sites.data ?? []).find(
    ({ url, scopes }) =>
      url.replace(/\/+$/, '') === siteUrl && scopes.some((scope) => scope.includes('jira')),
  );
  if (site !== undefined) return site;
  throw new Problem(
    'wrong_state',
    `The consent covers no Jira at ${siteUrl}: begin again and choose that site.`,
  );
}
