import { localPartOf } from '../../mail/headers/address-parts.ts';
import { availableParallelism } from 'node:os';
import { type AppDeps, buildApp } from './app.ts';
import { ownAppSecret } from '../../platform/app-secret.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../config.ts';
import type { Db } from '../../platform/db/connect.ts';
import { databaseClock } from '../../platform/db/database-clock.ts';
import { migrate } from '../../platform/db/migrate.ts';
import { openDatabase } from '../../platform/db/open-database.ts';
import { createTransports } from '../../outbox/accounts/transports.ts';
import { type DeliveryWorker, startDeliveryWorker } from '../../outbox/sending/worker.ts';
import type { IntakeDeps } from '../../intake/deps.ts';
import { bindHttp } from '../../platform/http/http-listener.ts';
import type { WorkerHealth } from './health/routes.ts';
import { CRON_ITEMS } from './cron-items.ts';
import { deskJobs } from './desk-jobs.ts';
import type { Atlassian, JiraDeps } from '../../integrations/jira/jira-deps.ts';
import { startJiraWorker } from '../../integrations/jira/jira-worker.ts';
import { startJobs } from '../../platform/jobs/start-jobs.ts';
import type { Log } from '../../platform/log.ts';
import { createParsePool } from '../../mail/reading/parse-pool.ts';
import { addFirstMailbox } from '../../mailboxes/settings/add-first-mailbox.ts';
import { GOOGLE, type GoogleEndpoints } from '../../intake/gmail/google/endpoints.ts';
import { openMicrosoft } from '../../intake/microsoft/access/open-microsoft.ts';
import { startFetcher } from '../../intake/microsoft/fetching/fetcher.ts';
import { graphTransport } from '../../intake/microsoft/sending/graph-transport.ts';
import { MICROSOFT, type MicrosoftEndpoints } from '../../intake/microsoft/graph/endpoints.ts';
import { createKeyring } from '../../platform/keyring.ts';
import { addOperator } from '../../people/operators/add-operator.ts';
import { codeSignIn } from '../../people/credentials/code-sign-in.ts';
import { identityProvider } from '../../people/credentials/identity-provider.ts';
import { INTERNAL_ADDRESSES } from '../../platform/net/internal-addresses.ts';
import { Problem } from '../../platform/problems.ts';
import { startClockTeller } from '../../requests/clocks/clock-teller.ts';
import { startWebhookWorker } from '../../integrations/webhooks/posts/webhook-worker.ts';
import { composeSignInLink } from '../console/sign-in/compose-sign-in-link.ts';
import { makeSignInLink } from '../console/sign-in/make-sign-in-link.ts';

export type StartOptions = {
  readonly log: Log;
  /** Answers HTTP. Defaults to true. */
  readonly web?: boolean;
  /** Sends what is due. Defaults to true. */
  readonly worker?: boolean;
  /** Defaults to the database's. */
  readonly clock?: Clock;
  /** Defaults to Google itself. */
  readonly google?: GoogleEndpoints;
  /** Defaults to Microsoft's own. */
  readonly microsoft?: MicrosoftEndpoints;
  /** Between two looks at a mailbox of Microsoft 365; a minute unless given. */
  readonly microsoftEveryMs?: number;
  /** Atlassian itself unless told. */
  readonly atlassian?: Atlassian;
  /** Between two looks at what there is to do between desk and Jira. */
  readonly jiraEveryMs?: number;
};

export type RunningServer = {
  /** Where it listens on this machine; null without `web`. */
  readonly url: string | null;
  readonly deps: IntakeDeps;
  /** A link that signs an operator in to the console, once, within 15 minutes. */
  readonly signInLink: (email: string) => Promise<string>;
  /** Answers and sends what is under way, takes nothing new, and lets go of everything. */
  readonly stop: () => Promise<void>;
};

// Each may take a quarter of a gigabyte while it reads a hostile message.
const MAX_PARSE_THREADS = 4;

type Closer = {
  readonly what: string;
  readonly close: () => Promise<void> | void;
  /** Work under way, which is finished side by side before anything it needs is let go of. */
  readonly works?: true;
};

/**
 * Starts Mailroom from its settings: the database (embedded without a URL), migrations, the first mailbox and operator,
 * the delivery worker, the HTTP listener. When a part fails, those that stand are taken down again. Touches no process.
 */
export async function startServer(config: Config, options: StartOptions): Promise<RunningServer> {
  const closers: Closer[] = [];
  const stop = () => closeAll(closers, options.log);
  try {
    return { ...(await startParts(config, options, closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(config: Config, options: StartOptions, closers: Closer[]) {
  const { log, web = true, worker = true, google = GOOGLE, microsoft = MICROSOFT } = options;
  const { db, url: databaseUrl, close } = await openDatabase(config, log);
  closers.push({ what: 'database', close });
  const clock = options.clock ?? (await followDatabase(db, log, closers));
  const migration = await migrate(db, clock.now());
  if (migration.applied.length > 0) log.info(migration, 'database migrated');

  const keyring = createKeyring(config.appSecrets ?? [await ownAppSecret(config.dataDir)]);
  const base = { db, clock, log, keyring };
  if (config.firstMailbox !== null) await addFirstMailbox(base, config.firstMailbox);
  if (config.adminEmail !== null) await addFirstOperator(base, config.adminEmail);

  const openedMicrosoft = openMicrosoft(base, microsoft);
  const transports = createTransports(base, config.smtp, {
    publicOnly: config.smtpPublicOnly,
    openService: graphTransport(openedMicrosoft),
  });
  if (config.smtp === null)
    log.warn({}, 'SMTP_URL is unset: deliveries of mailboxes without their own account wait');
  closers.push({ what: 'SMTP', close: transports.close });
  const parsePool = createParsePool({ size: Math.min(availableParallelism(), MAX_PARSE_THREADS) });
  closers.push({ what: 'mail parsers', close: parsePool.close });

  const listener = web ? await bindHttp(config) : null;
  if (listener !== null) closers.push({ what: 'HTTP', close: listener.close, works: true });
  const url = listener === null ? null : localUrl(config.host, listener.port);

  let wake = () => {};
  const publicUrl = config.publicUrl ?? url ?? `http://localhost:${config.port}`;
  let wakeJira = () => {};
  const deps: IntakeDeps & JiraDeps = {
    ...base,
    ...(options.atlassian === undefined ? {} : { atlassian: options.atlassian }),
    wakeJira: () => wakeJira(),
    parsePool,
    microsoft: openedMicrosoft,
    transports,
    deskComposers: { sign_in: composeSignInLink({ ...base, publicUrl }) },
    wakeDeliveries: () => wake(),
    publicUrl,
  };
  const webhookRules = config.webhooksInternal === true ? {} : { webhooksForbid: INTERNAL_ADDRESSES };
  const deliveries = worker ? watched(startDeliveryWorker(deps)) : null;
  if (deliveries !== null) {
    wake = deliveries.wake;
    closers.push({ what: 'delivery worker', close: deliveries.stop, works: true });
    const webhooks = startWebhookWorker({ ...deps, ...webhookRules });
    closers.push({ what: 'webhooks', close: webhooks.stop, works: true });
    const clocks = startClockTeller(deps);
    closers.push({ what: 'clocks', close: clocks.stop, works: true });
    const jira = startJiraWorker(deps, { everyMs: options.jiraEveryMs });
    wakeJira = jira.wake;
    closers.push({ what: 'Jira worker', close: jira.stop, works: true });
    const { microsoftEveryMs: betweenLooksMs } = options;
    const fetcher = startFetcher({ ...deps, microsoft: openedMicrosoft, betweenLooksMs }, betweenLooksMs);
    closers.push({ what: 'Microsoft 365 fetcher', close: fetcher.stop, works: true });
    const background = deskJobs({ ...deps, endpoints: google });
    const jobs = startJobs({ databaseUrl, cronItems: CRON_ITEMS, jobs: background, log, clock });
    closers.push({ what: 'background jobs', close: jobs.stop, works: true });
  }
  const stopping = new AbortController();
  closers.push({ what: 'event streams', close: () => stopping.abort(), works: true });
  const shared = {
    ...deps,
    ...webhookRules,
    stopping: stopping.signal,
    ...outsideSignIn(config, clock, publicUrl),
    ...(config.trustedProxies === undefined ? {} : { trustedProxies: config.trustedProxies }),
  };
  listener?.serve(buildApp(deliveries === null ? shared : { ...shared, worker: deliveries }).fetch);
  return { url, deps, signInLink: (email: string) => makeSignInLink(deps, { email }) };
}

function outsideSignIn(
  { identityProvider: settings, oidcClient }: Config,
  clock: Clock,
  publicUrl: string,
): Pick<AppDeps, 'identityProvider' | 'codeSignIn'> {
  if (settings === undefined) return {};
  const provider = identityProvider(clock, settings);
  if (oidcClient === undefined) return { identityProvider: provider };
  const { id: clientId, secret: clientSecret } = oidcClient;
  const redirectUrl = `${publicUrl}/sign-in/back`;
  const { issuer } = settings;
  return {
    identityProvider: provider,
    codeSignIn: codeSignIn({ issuer, clientId, clientSecret, redirectUrl }, provider),
  };
}

async function followDatabase(db: Db, log: Log, closers: Closer[]): Promise<Clock> {
  const clock = await databaseClock(db, log);
  closers.push({ what: 'clock', close: clock.stop });
  return clock;
}

// Told by `/readyz`: once it is being stopped, calls belong to another process.
function watched(worker: DeliveryWorker): Pick<DeliveryWorker, 'wake' | 'stop'> & WorkerHealth {
  let status: 'running' | 'stopped' = 'running';
  return {
    wake: worker.wake,
    status: () => status,
    async stop() {
      status = 'stopped';
      await worker.stop();
    },
  };
}

// Named after the address until somebody changes it; a later start finds the operator and changes nothing.
async function addFirstOperator(deps: Pick<IntakeDeps, 'db' | 'clock'>, email: string): Promise<void> {
  const name = localPartOf(email);
  try {
    await addOperator(deps, { kind: 'system' }, { email, name, role: 'admin' });
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'already_exists')) throw error;
  }
}

async function closeAll(closers: Closer[], log: Log): Promise<void> {
  const all = closers.splice(0).toReversed();
  await Promise.all(all.filter((closer) => closer.works === true).map((closer) => closeOne(closer, log)));
  for (const closer of all.filter((each) => each.works !== true)) await closeOne(closer, log);
}

// One that fails must not keep the rest from being let go of, the database above all.
async function closeOne(closer: Closer, log: Log): Promise<void> {
  try {
    await closer.close();
  } catch (error) {
    log.error({ error, part: closer.what }, 'a part did not stop cleanly');
  }
}

// An address that stands for all of the machine's is none to open in a browser.
function localUrl(host: string, port: number): string {
  const isLocal = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  return `http://${isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
}
