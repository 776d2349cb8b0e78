import { join } from 'node:path';
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { Config } from '../config.ts';
import type { Log } from '../../platform/log.ts';
import { addMailbox } from '../../mailboxes/settings/add-mailbox.ts';
import { Problem } from '../../platform/problems.ts';
import { startServer } from '../server/start-server.ts';
import { findOperator } from '../../people/operators/find-operator.ts';
import { asActor } from '../../people/operators/operator.ts';
import { startCatcher } from './catcher.ts';
import { createContactSide } from './contact-side.ts';
import { createDeskSide } from './desk-side.ts';
import { startJiraSide } from './jira/jira-side.ts';
import { listMailboxes } from '../../mailboxes/settings/list-mailboxes.ts';
import { holdFolder } from './folder-lock.ts';
import { asGmailReceives } from './letter.ts';
import { asExchangeReceives, startMicrosoftSide } from './microsoft/microsoft-side.ts';
import { addDemoRules } from './desk/demo-rules.ts';
import { startGmailSide } from './gmail-side.ts';
import { demoToken } from './desk/operator-token.ts';
import { bindNear, freePort } from './ports.ts';
import { otherProgram } from './desk/other-program.ts';
import { isEmptyDesk } from './past-queries.ts';
import { fillPastWeeks } from './past-weeks.ts';
import { listEmailOutcomes } from './queries.ts';
import { buildDemoApp } from './routes.ts';
import { addSampleFields } from './desk/sample-fields.ts';
import { addSampleRequester, REQUESTER, requesterSignInLink } from './desk/sample-requester.ts';
import { setSampleRetention } from './desk/sample-retention.ts';
import { demoScanner, writeSampleFiles } from './desk/sample-files.ts';
import { addSampleTeams } from './desk/sample-teams.ts';

export type DemoOptions = {
  /** The demo keeps its data in this folder's subfolder `demo`. */
  readonly dataDir: string;
  /** The port wished for the server; the page takes the next one. A taken port is replaced by a free one. */
  readonly port: number;
  /** Between two runs of the relay script, which Google starts every minute. */
  readonly relayEveryMs: number;
  readonly log: Log;
  /** Told in a few words what is being started. */
  readonly onProgress?: (what: string) => void;
  readonly clock?: Clock;
  /** Six weeks that lie behind a desk that is new, colleagues in teams who share its work, and a virus scanner of its own. */
  readonly pastWeeks?: boolean;
  /** A simulated Jira beside it, tied to the mailbox. */
  readonly jira?: boolean;
  /** The mailbox is in a simulated tenant of Microsoft 365, and in no Gmail account. */
  readonly microsoft?: boolean;
};

export type RunningDemo = {
  readonly pageUrl: string;
  readonly serverUrl: string;
  /** The simulated Jira's pages; null without one. */
  readonly jiraUrl: string | null;
  readonly token: string;
  readonly operator: string;
  /** The form that visitors fill in. */
  readonly formUrl: string;
  /** Who writes on a page of their own instead. */
  readonly requester: string;
  /** A link that signs an operator in to the console, once; defaults to the demo's own. */
  readonly signInLink: (email?: string) => Promise<string>;
  /** False when the wished port was taken. */
  readonly onWishedPort: boolean;
  readonly dataDir: string;
  readonly stop: () => Promise<void>;
};

const SHOWN_OUTCOMES = 100;
/** Quicker than a desk needs it: somebody is watching. */
const JIRA_EVERY_MS = 1000;
const HOST = '127.0.0.1';
const MAILBOX = { address: 'support@example.com', name: 'Example Support' };
const OPERATOR = { email: 'olga@example.com', name: 'Olga Petrova', role: 'admin' } as const;

/**
 * Starts the whole of Mailroom with stand-ins for the outside on loopback: server and database, a catcher for SMTP, a
 * Gmail account with the relay script in it, and the page. What stands is taken down again when a part fails.
 */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return { ...(await startParts(options, closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: DemoOptions,
  closers: (() => Promise<void>)[],
): Promise<Omit<RunningDemo, 'stop'>> {
  const { clock = systemClock, log, onProgress = () => {} } = options;
  const dataDir = join(options.dataDir, 'demo');

  closers.push(await holdFolder(dataDir));
  onProgress('the mail catcher, in place of an SMTP account');
  const catcher = await startCatcher({ clock });
  closers.push(catcher.stop);

  if (options.jira === true) onProgress('the simulated Jira');
  const jira = options.jira === true ? await startJiraSide(clock) : null;
  if (jira !== null) closers.push(jira.close);

  onProgress(`the server, on a PostgreSQL of its own in ${dataDir} (the first start takes longer)`);
  const port = await freePort(HOST, options.port);
  const isMicrosoft = options.microsoft === true;
  if (isMicrosoft) onProgress('the simulated tenant of Microsoft 365');
  const tenant = isMicrosoft ? await startMicrosoftSide(clock, { address: MAILBOX.address, catcher }) : null;
  if (tenant !== null) closers.push(tenant.stop);

  const server = await startServer(serverConfig({ dataDir, port, smtpUrl: catcher.url }), {
    log,
    ...(jira === null ? {} : { atlassian: jira.atlassian, jiraEveryMs: JIRA_EVERY_MS }),
    ...(tenant === null ? {} : { microsoft: tenant.endpoints, fetchEveryMs: options.relayEveryMs }),
    ...(options.clock === undefined ? {} : { clock }),
    ...(options.pastWeeks === true ? { scanner: demoScanner() } : {}),
  });
  closers.push(server.stop);
  const { deps } = server;
  await addDemoMailbox(deps);
  const mailboxId = await demoMailboxId(deps);
  if (jira !== null) await jira.connect(deps, mailboxId);
  if (tenant !== null) await tenant.connect(deps, mailboxId);
  const token = await demoToken(deps, { file: join(dataDir, 'operator-token'), ...OPERATOR });
  await addDemoRules(deps, { email: OPERATOR.email, mailboxId });

  const isNew = options.pastWeeks === true && (await isEmptyDesk(deps.db));
  const olga = asActor(await findOperator(deps, { kind: 'system' }, OPERATOR));
  if (isNew) {
    await fillPastWeeks(deps, olga, { mailboxId });
    await addSampleTeams(deps, olga, { mailboxId });
    await addSampleFields(deps, olga);
    await addSampleRequester(deps, olga, { mailboxId, mailbox: MAILBOX.address });
    await setSampleRetention(deps, olga, { mailboxId });
  }

  const gmail = tenant ?? (await startGmail(deps, options, closers));

  onProgress('the page');
  const program = otherProgram(clock);
  const contacts = createContactSide({
    mailbox: { deliver: gmail.deliver, asReceived: tenant === null ? asGmailReceives : asExchangeReceives },
    catcher,
    clock,
    deskAddress: MAILBOX.address,
  });
  if (isNew) await writeSampleFiles(contacts);
  const listener = await bindNear(HOST, options.port === 0 ? 0 : port + 1);
  closers.push(listener.close);
  const app = buildDemoApp({
    contacts,
    desk: createDeskSide({ url: deps.publicUrl, token }),
    signInLink: () => server.signInLink(OPERATOR.email),
    requesterLink: () => requesterSignInLink(deps),
    program,
    gmail,
    outcomes: () => listEmailOutcomes(deps.db, SHOWN_OUTCOMES),
    clock,
    log,
    page: {
      serverUrl: deps.publicUrl,
      deskAddress: MAILBOX.address,
      operator: OPERATOR.name,
      relayEveryMs: options.relayEveryMs,
      isMicrosoft,
    },
    port: listener.port,
  });
  listener.serve(app.fetch);
  // Whoever tries the demo may have made her something else.
  if (olga.role === 'admin') await program.connect(deps, olga, `http://${HOST}:${listener.port}/heard`);
  return {
    pageUrl: `http://${HOST}:${listener.port}`,
    serverUrl: deps.publicUrl,
    jiraUrl: jira === null ? null : `${jira.siteUrl}/browse`,
    token,
    operator: OPERATOR.name,
    formUrl: `${deps.publicUrl}/ask/${MAILBOX.address}`,
    requester: REQUESTER.name,
    signInLink: (email = OPERATOR.email) => server.signInLink(email),
    onWishedPort: port === options.port,
    dataDir,
  };
}

// Its address is the one that listens, not localhost: that may be another program's on the other IP version.
function serverConfig({
  dataDir,
  port,
  smtpUrl,
}: {
  dataDir: string;
  port: number;
  smtpUrl: string;
}): Config {
  return {
    port,
    host: HOST,
    publicUrl: `http://${HOST}:${port}`,
    databaseUrl: null,
    dataDir,
    firstMailbox: null,
    adminEmail: null,
    smtp: { url: smtpUrl, oauth: null, dailyLimit: null },
    googleClient: null,
    appSecrets: null,
    logLevel: 'info',
    // Another program of the demo listens on loopback.
    webhooksInternal: true,
  };
}

async function startGmail(
  deps: Parameters<typeof startGmailSide>[0],
  { relayEveryMs, onProgress = () => {} }: DemoOptions,
  closers: (() => Promise<void>)[],
) {
  onProgress('the Gmail account: compiling the relay script and running its setup');
  const side = await startGmailSide(deps, { address: MAILBOX.address, everyMs: relayEveryMs });
  closers.push(side.stop);
  return { ...side, deliver: (raw: Buffer) => side.gmail.deliver(raw) };
}

async function demoMailboxId(deps: Parameters<typeof listMailboxes>[0]): Promise<number> {
  const mailboxes = await listMailboxes(deps, { kind: 'system' });
  const mailbox = mailboxes.find(({ address }) => address === MAILBOX.address);
  if (mailbox === undefined) throw new Error('the mailbox of the demo is gone');
  return mailbox.id;
}

async function addDemoMailbox(deps: Parameters<typeof addMailbox>[0]): Promise<void> {
  try {
    await addMailbox(deps, { kind: 'system' }, MAILBOX);
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'already_exists')) throw error;
  }
}
