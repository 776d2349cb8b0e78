import { localPartOf } from '../../mail/headers/address-parts.ts';
import { availableParallelism } from 'node:os';
import { type AppDeps, buildApp } from './app.ts';
import { ownAppSecret } from '../../platform/app-secret.ts';
import type { Clock } from '../../platform/clock.ts';
import { outsideParts } from '../outside-parts.ts';
import { startFileWorkers } from './file-workers.ts';
import { type Closer, closeAll } from './closers.ts';
import type { Scanner } from '../../platform/scanning/scanner.ts';
import type { Config } from '../config.ts';
import type { Db } from '../../platform/db/connect.ts';
import { databaseClock } from '../../platform/db/database-clock.ts';
import { migrate } from '../../platform/db/migrate.ts';
import { openDatabase } from '../../platform/db/open-database.ts';
import { createTransports } from '../../outbox/accounts/transports.ts';
import { type DeliveryWorker, startDeliveryWorker } from '../../outbox/sending/worker.ts';
import type { IntakeDeps } from '../../intake/deps.ts';
import { bindHttp } from '../../platform/http/http-listener.ts';
import { createMetrics } from './health/metrics.ts';
import { healthRoutes, type WorkerHealth } from './health/routes.ts';
import { CRON_ITEMS } from './cron-items.ts';
import { deskJobs } from './desk-jobs.ts';
import { startSources } from './start-sources.ts';
import type { Atlassian, JiraDeps } from '../../integrations/jira/jira-deps.ts';
import { startJiraWorker } from '../../integrations/jira/work-jira.ts';
import { startJobs } from '../../platform/jobs/start-jobs.ts';
import type { Log } from '../../platform/log.ts';
import { createParsePool } from '../../mail/reading/parse-pool.ts';
import { addFirstMailbox } from '../../mailboxes/settings/add-first-mailbox.ts';
import { GOOGLE, type GoogleEndpoints } from '../../intake/gmail/google/endpoints.ts';
import { openMicrosoft } from '../../intake/microsoft/access/open-microsoft.ts';
import { graphTransport } from '../../intake/microsoft/sending/graph-transport.ts';
import { MICROSOFT, type MicrosoftEndpoints } from '../../intake/microsoft/graph/endpoints.ts';
import { createKeyring } from '../../platform/keyring.ts';
import { addOperator } from '../../people/operators/add-operator.ts';
import { codeSignIn } from '../../people/credentials/code-sign-in.ts';
import { INTERNAL_ADDRESSES } from '../../platform/net/internal-addresses.ts';
import { Problem } from '../../platform/problems.ts';
import { startClockTeller } from '../../requests/clocks/clock-teller.ts';
import { tellingComposers } from '../../requests/telling/desk-composers.ts';
import { startOperatorTeller } from '../../requests/telling/operator-teller.ts';
import { startWebhookWorker } from '../../integrations/webhooks/posts/webhook-worker.ts';
import { composeConfirmation } from '../../intake/form/compose-confirmation.ts';
import { composeSignInLink } from '../console/sign-in/compose-link.ts';
import { makeOwnLink } from '../../people/sign-in-links/make-link.ts';

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
  /** Defaults to the setting's, and else to Microsoft's own. */
  readonly microsoft?: MicrosoftEndpoints;
  /** Between two looks at a mailbox that is fetched; the source's own pace unless given. */
  readonly fetchEveryMs?: number;
  /** Defaults to the setting's. */
  readonly scanner?: Scanner;
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
  const { log, web = true, worker = true, google = GOOGLE } = options;
  const { db, url: databaseUrl, close } = await openDatabase(config, log);
  closers.push({ what: 'database', close });
  const clock = options.clock ?? (await followDatabase(db, log, closers));
  const migration = await migrate(db, clock.now());
  if (migration.applied.length > 0) log.info(migration, 'database migrated');

  const keyring = createKeyring(config.appSecrets ?? [await ownAppSecret(config.dataDir)]);
  const { bucket, scanner = options.scanner } = await outsideParts(config);
  const base = { db, clock, log, keyring, bucket, scanner };
  if (config.firstMailbox !== null) await addFirstMailbox(base, config.firstMailbox);
  if (config.adminEmail !== null) await addFirstOperator(base, config.adminEmail);

  const openedMicrosoft = openMicrosoft(base, options.microsoft ?? config.microsoft ?? MICROSOFT);
  const transports = createTransports(base, config.smtp, {
    publicUrl: config.publicUrl,
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
    deskComposers: {
      sign_in: composeSignInLink({ ...base, publicUrl }),
      requester_sign_in: composeSignInLink({ ...base, publicUrl }),
      form_confirm: composeConfirmation({ ...base, publicUrl }),
      ...tellingComposers({ ...base, publicUrl }),
    },
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
    const teller = startOperatorTeller(deps);
    closers.push({ what: 'news to operators', close: teller.stop, works: true });
    const jira = startJiraWorker(deps, { everyMs: options.jiraEveryMs });
    wakeJira = jira.wake;
    closers.push({ what: 'Jira worker', close: jira.stop, works: true });
    // No service calls any other address.
    const notifyUrl = publicUrl.startsWith('https://') ? publicUrl : undefined;
    const working = { ...deps, google };
    for (const { name, stop } of await startSources(working, { everyMs: options.fetchEveryMs, notifyUrl }))
      closers.push({ what: `mail of ${name}`, close: stop, works: true });
    await startFileWorkers(base, closers);
    const background = deskJobs(working);
    const jobs = startJobs({ databaseUrl, cronItems: CRON_ITEMS, jobs: background, log, clock });
    closers.push({ what: 'background jobs', close: jobs.stop, works: true });
  }
  if (config.telemetry !== undefined) {
    // Only now: a desk without a collector holds none of it in memory.
    const { startTelemetry } = await import('./telemetry/open-telemetry.ts');
    const telemetry = await startTelemetry(config.telemetry, { log, metrics: createMetrics(deps) });
    closers.push({ what: 'telemetry', close: telemetry.stop });
  }
  const stopping = new AbortController();
  closers.push({ what: 'event streams', close: () => stopping.abort(), works: true });
  const shared = {
    ...deps,
    ...webhookRules,
    stopping: stopping.signal,
    ...(await outsideSignIn(config, clock, publicUrl)),
    ...(config.trustedProxies === undefined ? {} : { trustedProxies: config.trustedProxies }),
  };
  const all = deliveries === null ? shared : { ...shared, worker: deliveries };
  listener?.serve(buildApp(all).fetch);
  if (listener === null && config.healthPort !== undefined) {
    const health = await bindHttp({ host: config.host, port: config.healthPort });
    closers.push({ what: 'health', close: health.close });
    health.serve(healthRoutes(all).fetch);
  }
  return { url, deps, signInLink: (email: string) => makeOwnLink(deps, { whose: 'operator', email }) };
}

async function outsideSignIn(
  { identityProvider: settings, oidcClient }: Config,
  clock: Clock,
  publicUrl: string,
): Promise<Pick<AppDeps, 'identityProvider' | 'codeSignIn'>> {
  if (settings === undefined) return {};
  // Only now: a desk without one holds its library in memory for nothing.
  const { identityProvider } = await import('../../people/credentials/identity-provider.ts');
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

// A wildcard address (0.0.0.0, ::) cannot be opened in a browser.
function localUrl(host: string, port: number): string {
  const isLocal = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  return `http://${isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`;
}
