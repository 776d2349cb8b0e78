import type { Clock } from '../../../platform/clock.ts';
import type { GmailAccount } from '../gmail/account.ts';
import { createOAuth, type OAuthClient, type SimulatedOAuth } from './oauth.ts';
import { createGmailRest, type HttpReply, type HttpRequest } from './rest.ts';
import { createScriptApi, type ScriptFile, type SimulatedScriptApi } from './script-api.ts';

export type SimulatedGoogle = {
  readonly oauth: SimulatedOAuth;
  readonly script: SimulatedScriptApi;
  readonly handle: (request: HttpRequest) => HttpReply;
};

/** The OAuth client that the simulated Google knows by default. */
export const SIMULATED_CLIENT: OAuthClient = { id: 'simulated-client', secret: 'simulated-secret' };

/**
 * All of Google that the relay and the server's commands talk to, in front of one account: sign-in, Gmail API and Apps
 * Script API below one root. `scopesOf` knows the tokens that were not given out by its sign-in.
 */
export function createGoogle(options: {
  readonly account: GmailAccount;
  readonly clock: Clock;
  readonly client?: OAuthClient;
  readonly tick?: (scopes: readonly string[]) => readonly string[] | null;
  readonly scopesOf?: (token: string) => readonly string[] | undefined;
  readonly onContent?: (files: readonly ScriptFile[]) => void;
}): SimulatedGoogle {
  const oauth = createOAuth({ client: SIMULATED_CLIENT, ...options });
  const scopesOf = (token: string) => oauth.scopesOf(token) ?? options.scopesOf?.(token);
  const script = createScriptApi({ ...options, scopesOf });
  const gmail = createGmailRest({ ...options, scopesOf });
  return {
    oauth,
    script,
    handle: (request) => oauth.handle(request) ?? script.handle(request) ?? gmail(request),
  };
}
