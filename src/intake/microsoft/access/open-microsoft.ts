import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { Deps } from '../../../platform/deps.ts';
import type { MicrosoftCredentials } from '../graph/credentials.ts';
import { MICROSOFT, type MicrosoftEndpoints } from '../graph/endpoints.ts';
import { type Graph, openGraph } from '../graph/graph.ts';
import { graphError, graphFault, isRefusal } from '../graph/graph-fault.ts';
import { fetchToken, type AccessToken } from '../graph/tokens.ts';
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
};

/** A token is renewed this long before it expires. */
const RENEW_BEFORE_MS = 5 * 60_000;

type Opened = { readonly sealed: string; readonly address: string; readonly graph: Graph };

/** The one that was handed in, else Microsoft's own. */
export function microsoftOf(deps: MicrosoftDeps & { readonly microsoft?: Microsoft }): Microsoft {
  return deps.microsoft ?? openMicrosoft(deps, MICROSOFT);
}

export function openMicrosoft(deps: MicrosoftDeps, endpoints: MicrosoftEndpoints): Microsoft {
  const opened = new Map<number, Opened>();
  return {
    async open(mailboxId) {
      const access = await findAccess(deps.db, mailboxId);
      if (access === null || access.sealed === null) return null;
      const known = opened.get(mailboxId);
      if (known?.sealed === access.sealed && known.address === access.address) return known.graph;
      const graph = openMailbox(deps, endpoints, access);
      opened.set(mailboxId, { sealed: access.sealed, address: access.address, graph });
      return graph;
    },
  };
}

function openMailbox(deps: MicrosoftDeps, endpoints: MicrosoftEndpoints, access: AccessRow): Graph {
  const { mailboxId } = access;
  return openGraph({
    graphUrl: endpoints.graphUrl,
    address: access.address,
    token: keepToken(deps, () => signIn(deps, endpoints, access)),
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

/** One sign-in at a time and process; its token is kept until shortly before its end. */
function keepToken(
  { clock }: Pick<Deps, 'clock'>,
  fetchNew: () => Promise<AccessToken>,
): (renew: boolean) => Promise<string> {
  let kept: { readonly token: string; readonly until: number } | null = null;
  let fetching: Promise<string> | null = null;
  const renewed = async (): Promise<string> => {
    const fetched = await fetchNew();
    const lifetime = fetched.expiresInSeconds * 1000;
    kept = {
      token: fetched.accessToken,
      until: clock.now().getTime() + Math.max(lifetime - RENEW_BEFORE_MS, lifetime / 2),
    };
    return kept.token;
  };
  return async (renew) => {
    if (!renew && kept !== null && clock.now().getTime() < kept.until) return kept.token;
    fetching ??= renewed().finally(() => (fetching = null));
    return fetching;
  };
}

async function signIn(
  deps: MicrosoftDeps,
  endpoints: MicrosoftEndpoints,
  access: AccessRow,
): Promise<AccessToken> {
  const app = { loginUrl: endpoints.loginUrl, tenantId: access.tenantId, clientId: access.clientId };
  return fetchToken(app, open(deps, access.sealed), deps.clock.now());
}

function open({ keyring }: Pick<Deps, 'keyring'>, sealed: string | null): MicrosoftCredentials {
  if (sealed === null) {
    const message = 'The mailbox was disconnected';
    throw graphError({ status: null, code: 'disconnected', message, retryAfterMs: null });
  }
  return JSON.parse(keyring.open(sealed)) as MicrosoftCredentials;
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
whether the app may still reach this mailbox. Then give Mailroom the new one, in the console or by:
npx mailroom microsoft connect --mailbox ${mailbox.address} …
npx mailroom microsoft check --mailbox ${mailbox.address}
`,
    });
  });
}
