import type { Deps } from '../../../platform/deps.ts';
import type { Actor } from '../../../people/access/actor.ts';
import { Problem } from '../../../platform/problems.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { findRelaySetup, type RelaySetup } from '../../../mailboxes/relay-secrets/find-relay-setup.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { isRelaySilent } from '../relay/is-relay-silent.ts';
import { emitRelayScript } from '../relay/relay-script.ts';
import { keepAccess, openAccess } from './access.ts';
import type { GoogleClient, GoogleEndpoints } from './endpoints.ts';
import { explainingGoogle, isRefusedGrant } from './google-fault.ts';
import { type GoogleApis, openGoogle } from './open-google.ts';
import { type FilterPlaced, placeFilter } from './place-filter.ts';
import { placeLabels } from './place-labels.ts';
import { placeScript, type ScriptPlaced } from './place-script.ts';
import { findGoogleAccess, markScript } from './queries.ts';
import { signIn } from './sign-in.ts';

export type InstallDeps = Pick<Deps, 'db' | 'clock' | 'keyring' | 'log' | 'publicUrl'>;

export type InstallRelayInput = {
  readonly address?: string | undefined;
  /** The Google account when it is not the mailbox's address: an alias or a group leads into another's account. */
  readonly account?: string | undefined;
  readonly neverSpam: boolean;
  readonly endpoints: GoogleEndpoints;
  /** Signs in again although credentials are stored. */
  readonly signInAgain: boolean;
  /** The owner's OAuth client; needed to sign in. */
  readonly client: GoogleClient | null;
  readonly port?: number | undefined;
  readonly onUrl: (url: string, port: number) => void;
  /** Called with each step done, in a few words. */
  readonly onStep: (step: string) => void;
  readonly signal?: AbortSignal | undefined;
};

export type InstalledRelay = {
  readonly mailboxId: number;
  readonly address: string;
  readonly account: string;
  readonly url: string;
  readonly scriptId: string;
  readonly editorUrl: string;
  readonly filter: FilterPlaced;
  readonly script: ScriptPlaced['what'];
  /** The owner has to run `setup` in the editor: the project is new, asks for more than before, or does not speak. */
  readonly setupNeeded: boolean;
};

/**
 * Puts a mailbox's relay into its Google account: labels, filter, script project. Run again it brings all of them up to
 * date in place. Signs in through the browser when no stored credentials hold. Refuses anybody but an admin or the system.
 */
export async function installRelay(
  deps: InstallDeps,
  actor: Actor,
  input: InstallRelayInput,
): Promise<InstalledRelay> {
  const setup = await findRelaySetup(deps, actor, { address: input.address });
  const { mailboxId } = setup;
  return explainingGoogle(async () => {
    const { google, account } = await openAccount(deps, setup, input);
    const labels = await placeLabels(google.gmail);
    input.onStep('Labels: mailroom/queue, mailroom/done and mailroom/failed are in place.');
    const filter = await placeFilter(google.gmail, labels.queue, input.neverSpam);
    input.onStep(FILTER_STEPS[filter]);
    const script = await placeProject(deps, google, setup);
    input.onStep(`Script: ${script.what}.`);
    await recordEvent(deps.db, {
      type: 'mailbox.relay_installed',
      actor,
      at: deps.clock.now(),
      mailboxId,
      requestId: null,
      new: { account, scriptId: script.scriptId, script: script.what, filter },
    });
    return {
      mailboxId,
      address: setup.address,
      account,
      url: setup.url,
      scriptId: script.scriptId,
      editorUrl: `https://script.google.com/d/${script.scriptId}/edit`,
      filter,
      script: script.what,
      // A person who stopped before `setup` sees the step again; it also restarts a relay that has stopped.
      setupNeeded: script.asksAnew || (await isRelaySilent(deps, mailboxId)),
    };
  });
}

const FILTER_STEPS: Readonly<Record<FilterPlaced, string>> = {
  created: 'Filter: made; mail that arrives from now on gets the label mailroom/queue.',
  replaced: 'Filter: replaced by one with the new settings.',
  kept: 'Filter: in place.',
  own: 'Filter: one of your own applies mailroom/queue and was left as it is; mail it passes over is queued from the inbox every five minutes.',
};

async function openAccount(
  deps: InstallDeps,
  setup: RelaySetup,
  input: InstallRelayInput,
): Promise<{ readonly google: GoogleApis; readonly account: string }> {
  const stored = input.signInAgain ? null : await openAccess(deps, setup.mailboxId, input.endpoints);
  if (stored !== null) {
    try {
      return { google: stored, account: await accountOf(stored) };
    } catch (error) {
      if (!isRefusedGrant(error)) throw error;
      input.onStep('Google no longer accepts the stored permission: sign in again.');
    }
  }
  const { client } = input;
  if (client === null) throw new Problem('invalid_input', CLIENT_MISSING);
  const wanted = asciiAddress(input.account ?? setup.address) ?? setup.address;
  const { refreshToken } = await signIn({ ...input, client, loginHint: wanted });
  const credentials = { client, refreshToken };
  const google = await openGoogle(credentials, input.endpoints);
  const account = await accountOf(google);
  if (account !== wanted) {
    // Its mail would be handed to the desk: not a thing to find out afterwards.
    await google.revoke();
    throw new Problem(
      'wrong_state',
      `You signed in as ${account}, not as ${wanted}; nothing was changed. If mail to ${setup.address} arrives in that account, add --account ${account}.`,
    );
  }
  await keepAccess(deps, { mailboxId: setup.mailboxId, account, credentials });
  input.onStep(`Google: signed in as ${account}.`);
  return { google, account };
}

const CLIENT_MISSING =
  'Signing in needs an OAuth client of your own: --client-id and --client-secret, or GOOGLE_CLIENT_ID and ' +
  'GOOGLE_CLIENT_SECRET (apps-script/README.md tells how to make one).';

async function accountOf({ gmail }: GoogleApis): Promise<string> {
  const { data } = await gmail.users.getProfile({ userId: 'me', fields: 'emailAddress' });
  return (data.emailAddress ?? '').toLowerCase();
}

async function placeProject(deps: InstallDeps, google: GoogleApis, setup: RelaySetup): Promise<ScriptPlaced> {
  const { mailboxId } = setup;
  const known = await findGoogleAccess(deps.db, mailboxId);
  return placeScript(google.script, {
    knownId: known?.scriptId ?? null,
    title: `Mailroom relay of ${setup.address}`,
    files: await emitRelayScript(setup),
    onCreated: (scriptId) => markScript(deps.db, mailboxId, scriptId, deps.clock.now()),
  });
}
