import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { Deps } from '../../../platform/deps.ts';
import type { MicrosoftCredentials } from '../graph/credentials.ts';
import { graphScope, MICROSOFT, type MicrosoftEndpoints, smtpScope } from '../graph/endpoints.ts';
import { type Graph, openGraph } from '../graph/graph.ts';
import { graphError, graphFault, isRefusal } from '../graph/graph-fault.ts';
import { personsToken } from '../delegated/grant.ts';
import { type AccessToken, fetchToken } from '../graph/tokens.ts';
import { sharedSlots } from './shared-slots.ts';
import { MAX_CALLS_AT_A_TIME } from './slot-queries.ts';
import {
  type AccessRow,
  findAccess,
  findThrottledUntil,
  markRefused,
  markThrottled,
} from './access-queries.ts';

export type MicrosoftDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'keyring'>;

/** The mailboxes of Microsoft 365 that are connected. One for a process: calls of a mailbox wait for each other in it. */
export type Microsoft = {
  /** A mailbox as Graph has it, with the credentials as they are now; null when it is not connected. */
  readonly open: (mailboxId: number) => Promise<Graph | null>;
  /** A token to sign in at Microsoft's SMTP server with; `renew`: the one before was refused. */
  readonly smtpToken: (mailboxId: number, renew: boolean) => Promise<string>;
  readonly endpoints: MicrosoftEndpoints;
};

/** A token is renewed this long before it expires. */
const RENEW_BEFORE_MS = 5 * 60_000;

type Opened = {
  readonly connectedAt: Date;
  readonly address: string;
  readonly graph: Graph;
  readonly smtpToken: (renew: boolean) => Promise<string>;
};

/** The one that was handed in, else Microsoft's own. */
export function microsoftOf(deps: MicrosoftDeps & { readonly microsoft?: Microsoft | undefined }): Microsoft {
  return deps.microsoft ?? openMicrosoft(deps, MICROSOFT);
}

export function openMicrosoft(deps: MicrosoftDeps, endpoints: MicrosoftEndpoints): Microsoft {
  const opened = new Map<number, Opened>();
  const open = async (mailboxId: number): Promise<Opened | null> => {
    const access = await findAccess(deps.db, mailboxId);
    if (access === null || access.sealed === null) return null;
    const { connectedAt, address } = access;
    const known = opened.get(mailboxId);
    if (known?.connectedAt.getTime() === connectedAt.getTime() && known.address === address) return known;
    const graph = openMailbox(deps, endpoints, access);
    const smtpToken = keepToken(deps, () => signInToSmtp(deps, endpoints, access));
    const fresh = { connectedAt, address, graph, smtpToken };
    opened.set(mailboxId, fresh);
    return fresh;
  };
  return {
    endpoints,
    open: async (mailboxId) => (await open(mailboxId))?.graph ?? null,
    async smtpToken(mailboxId, renew) {
      const found = await open(mailboxId);
      if (found === null) throw notConnected();
      return found.smtpToken(renew);
    },
  };
}

function openMailbox(deps: MicrosoftDeps, endpoints: MicrosoftEndpoints, access: AccessRow): Graph {
  const { mailboxId } = access;
  return openGraph({
    graphUrl: endpoints.graphUrl,
    address: access.address,
    token: keepToken(deps, (refused) => signIn(deps, endpoints, access, refused)),
    callsAtATime: MAX_CALLS_AT_A_TIME,
    inTurn: sharedSlots(deps, mailboxId),
    async ensureAllowed() {
      const until = await findThrottledUntil(deps.db, mailboxId);
      const wait = (until?.getTime() ?? 0) - deps.clock.now().getTime();
      if (wait <= 0) return;
      const message = 'The mailbox is left alone, as Microsoft asked';
      throw graphError({ status: 429, code: 'left_alone', message, retryAfterMs: wait });
    },
    noteThrottled: (retryAfterMs) =>
      markThrottled(deps.db, mailboxId, { at: deps.clock.now(), retryAfterMs, random: Math.random() }),
  });
}

/** One sign-in at a time and process; its token is kept until shortly before its end, or until it is refused. */
function keepToken(
  { clock }: Pick<Deps, 'clock'>,
  fetchNew: (refused: string | null) => Promise<AccessToken>,
): (renew: boolean) => Promise<string> {
  let kept: { readonly token: string; readonly until: number } | null = null;
  let fetching: Promise<string> | null = null;
  const renewed = async (refused: string | null): Promise<string> => {
    const fetched = await fetchNew(refused);
    const lifetime = fetched.expiresInSeconds * 1000;
    kept = {
      token: fetched.accessToken,
      until: clock.now().getTime() + Math.max(lifetime - RENEW_BEFORE_MS, lifetime / 2),
    };
    return kept.token;
  };
  return async (renew) => {
    if (!renew && kept !== null && clock.now().getTime() < kept.until) return kept.token;
    fetching ??= renewed(renew ? (kept?.token ?? null) : null).finally(() => (fetching = null));
    return fetching;
  };
}

async function signIn(
  deps: MicrosoftDeps,
  endpoints: MicrosoftEndpoints,
  { mailboxId, tenantId, clientId, sealed }: AccessRow,
  refused: string | null,
): Promise<AccessToken> {
  const app = { ...endpoints, tenantId, clientId };
  const credentials = unseal(deps, sealed);
  if (credentials.kind !== 'delegated')
    return fetchToken(app, credentials, { scope: graphScope(endpoints), at: deps.clock.now() });
  return personsToken(deps, { mailboxId, app, secret: credentials.secret }, refused);
}

async function signInToSmtp(
  deps: MicrosoftDeps,
  endpoints: MicrosoftEndpoints,
  { tenantId, clientId, sealed }: AccessRow,
): Promise<AccessToken> {
  const credentials = unseal(deps, sealed);
  // Refused when it was connected: a person's sign-in is for Graph alone.
  if (credentials.kind === 'delegated') throw notConnected();
  return fetchToken({ ...endpoints, tenantId, clientId }, credentials, {
    scope: smtpScope(endpoints),
    at: deps.clock.now(),
  });
}

type KeptCredentials = MicrosoftCredentials | { readonly kind: 'delegated'; readonly secret: string | null };

function unseal({ keyring }: Pick<Deps, 'keyring'>, sealed: string | null): KeptCredentials {
  if (sealed === null) throw notConnected();
  return JSON.parse(keyring.open(sealed)) as KeptCredentials;
}

function notConnected(): Error {
  const message = 'The mailbox was disconnected';
  return graphError({ status: null, code: 'disconnected', message, retryAfterMs: null });
}

/** Notes that Microsoft refuses a mailbox's credentials, and tells the admins the first time, in Microsoft's own words. */
export async function noteRefusal(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  mailbox: { readonly id: number; readonly address: string },
  error: unknown,
): Promise<void> {
  const fault = graphFault(error);
  if (fault === null || !isRefusal(fault)) return;
  const at = deps.clock.now();
  const refusal = `${fault.code}: ${fault.message}`;
  await deps.db.begin(async (tx) => {
    if (!(await markRefused(tx, mailbox.id, refusal, at))) return;
    await raiseAlarm(tx, deps.log, {
      mailboxId: mailbox.id,
      kind: 'microsoft_access_lost',
      byAny: true,
      at,
      subject: `Microsoft refuses Mailroom access to ${mailbox.address}`,
      text: `Mailroom cannot fetch email for ${mailbox.address}. Microsoft says:

${refusal}

No email is lost: it stays in the mailbox and is fetched once the connection works again.

Look at the app in the Entra admin center: whether its secret or certificate has expired, whether consent was withdrawn, and
whether the app may still reach this mailbox. Then give Mailroom the new one; where somebody had signed in for the mailbox,
they have to sign in again. Both in the console, or by:
npx mailroom microsoft connect --mailbox ${mailbox.address} …
npx mailroom microsoft check --mailbox ${mailbox.address}
`,
    });
  });
}
