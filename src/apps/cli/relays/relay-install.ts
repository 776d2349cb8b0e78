import { awaitHeartbeat } from '../../../intake/gmail/relay/await-heartbeat.ts';
import { type InstalledRelay, installRelay } from '../../../intake/gmail/google/install-relay.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command, type Desk } from '../command.ts';

const WAIT_MS = 30 * 60_000;

export const relayInstall = command({
  options: {
    mailbox: {
      type: 'string',
      value: 'ADDRESS',
      sentence: 'Which mailbox. Defaults to the only one.',
    },
    'client-id': {
      type: 'string',
      value: 'ID',
      sentence:
        'Your own OAuth client (Google Cloud console, type Desktop app), to sign in with. Defaults to GOOGLE_CLIENT_ID.',
    },
    'client-secret': {
      type: 'string',
      value: 'SECRET',
      sentence:
        "That client's secret. Defaults to GOOGLE_CLIENT_SECRET, which keeps it out of the shell's history.",
    },
    account: {
      type: 'string',
      value: 'ADDRESS',
      sentence: "The Google account that the mailbox's email arrives in, if its address differs.",
    },
    'never-spam': {
      type: 'boolean',
      sentence:
        'Makes the filter keep everything out of Spam. Without it, what Gmail considers spam does not reach the desk.',
    },
    'sign-in': { type: 'boolean', sentence: 'Signs in again although a permission is stored.' },
    port: {
      type: 'string',
      value: 'PORT',
      sentence: 'The local port that Google sends the browser back to, for a tunnel from another machine.',
    },
    'no-browser': {
      type: 'boolean',
      sentence: 'Only prints the sign-in page instead of opening it as well.',
    },
    'no-wait': { type: 'boolean', sentence: "Does not wait for the relay's first call." },
  },
  async run(desk, values) {
    const startedAt = desk.clock.now();
    // Said first: nobody should wait half an hour for what cannot come.
    if (!desk.publicUrl.startsWith('https://')) desk.tell(unreachable(desk.publicUrl));
    const installed = await installRelay(
      desk,
      { kind: 'system' },
      {
        address: values.mailbox,
        account: values.account,
        neverSpam: values['never-spam'],
        endpoints: desk.google,
        signInAgain: values['sign-in'],
        client: clientOf(desk, values['client-id'], values['client-secret']),
        port: portOf(values.port),
        onUrl: (url, port) => {
          const open = values['no-browser'] ? null : desk.openPage;
          desk.tell(signInText(url, port, open !== null));
          open?.(url);
        },
        onStep: desk.tell,
      },
    );
    // One that speaks and was not changed has nothing new to say.
    const isSettled = installed.script === 'unchanged' && !installed.setupNeeded;
    const heard = values['no-wait'] || isSettled ? null : await waitForRelay(desk, installed, startedAt);
    if (heard === false) throw new Error(notHeard(installed));
    return { text: outcome(installed, heard), json: { ...installed, heard } };
  },
});

function unreachable(publicUrl: string): string {
  return `Google cannot reach ${publicUrl}: set PUBLIC_URL to the https:// address of this server and run this again.`;
}

function clientOf(desk: Desk, id: string | undefined, secret: string | undefined): Desk['googleClient'] {
  if (id === undefined && secret === undefined) return desk.googleClient;
  if (id === undefined) throw invalidField('/clientId', 'is needed with --client-secret');
  const known = secret ?? desk.googleClient?.secret;
  if (known === undefined) throw invalidField('/clientSecret', 'is needed with --client-id');
  return { id, secret: known };
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw invalidField('/port', 'is a whole number from 1 to 65535');
  return port;
}

function signInText(url: string, port: number, opens: boolean): string {
  const what = opens
    ? 'Your browser opens this page (if it does not, open it yourself): sign in and allow everything it asks for:'
    : 'Open this page in a browser on this machine, sign in and allow everything it asks for:';
  return `${what}

${url}

(From another machine: run this again with --port ${port}, and there first ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE.)
`;
}

async function waitForRelay(desk: Desk, installed: InstalledRelay, since: Date): Promise<boolean> {
  if (installed.setupNeeded) desk.tell(setupText(installed));
  desk.tell('Waiting for the relay: with a new script it speaks within two minutes, otherwise every ten.');
  return awaitHeartbeat(desk, {
    mailboxId: installed.mailboxId,
    since,
    withinMs: WAIT_MS,
    onMinute: (minutes) =>
      desk.tell(`Waiting for the relay: ${minutes} min. Ctrl-C ends the waiting and nothing else.`),
  });
}

function setupText({ account, editorUrl }: InstalledRelay): string {
  return `
One step is left. Signed in to Google as ${account}:
1. Open ${editorUrl}
2. Choose the function setup in the bar above the code and press Run.
3. Review permissions > your account > (Advanced > Go to Mailroom relay) > tick every box > Continue.
4. Read the log below the code: it ends with "Done", or says what is missing.
`;
}

function outcome(installed: InstalledRelay, heard: true | null): string {
  if (heard === true) return `The relay of ${installed.address} is at work.\n`;
  return installed.setupNeeded ? setupText(installed) : `The relay of ${installed.address} is up to date.\n`;
}

function notHeard({ address, editorUrl }: InstalledRelay): string {
  return (
    `The relay of ${address} has not called in half an hour. Has setup been run (${editorUrl})? ` +
    'Its log says what is missing. mailbox list shows when the relay last called.'
  );
}
