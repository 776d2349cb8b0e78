import type { Clock } from '../../platform/clock.ts';
import type { Deps } from '../../platform/deps.ts';
import { findRelaySetup } from '../../mailboxes/relay-secrets/find-relay-setup.ts';
import { emitRelayScript } from '../../intake/gmail/relay/relay-script.ts';
import type { MessageSummary } from './gmail/protocol.ts';
import { type SimulatedGmail, startSimulatedGmail } from './gmail/simulated-gmail.ts';

export type RelayLine = {
  readonly at: Date;
  readonly level: 'log' | 'warn' | 'error';
  readonly text: string;
};

export type GmailSide = {
  readonly gmail: SimulatedGmail;
  /** All emails of the account with their labels, newest first. */
  readonly mails: () => Promise<readonly MessageSummary[]>;
  /** What the script logged last, newest first. */
  readonly lines: () => readonly RelayLine[];
  readonly stop: () => Promise<void>;
};

const LINES_KEPT = 20;

/**
 * A simulated Gmail account with the relay script as `mailroom relay print` would emit it, set up as its owner would:
 * setup is run, a filter is made, and a trigger runs the script every `everyMs`.
 */
export async function startGmailSide(
  deps: Pick<Deps, 'db' | 'keyring' | 'publicUrl'> & { readonly clock: Clock },
  options: { readonly address: string; readonly everyMs: number },
): Promise<GmailSide> {
  const { url, secret } = await findRelaySetup(deps, { kind: 'system' }, { address: options.address });
  const script = await emitRelayScript({ url, secret });
  const lines: RelayLine[] = [];
  const note = (level: RelayLine['level'], text: string): void => {
    lines.unshift({ at: deps.clock.now(), level, text });
    lines.length = Math.min(lines.length, LINES_KEPT);
  };
  const gmail = await startSimulatedGmail({
    address: options.address,
    scriptCode: script.code,
    manifest: script.manifest,
    onLog: ({ level, text }) => note(level, text),
    onFault: (error) => note('error', error.message),
  });
  try {
    await gmail.setup();
    await gmail.addFilter({ negatedQuery: 'from:me' }, 'mailroom/queue');
    // The first run asked for the filter; the second finds it in place, and its log is the one to read.
    lines.length = 0;
    await gmail.setup();
  } catch (error) {
    await gmail.stop();
    throw error;
  }
  gmail.runEvery(options.everyMs);
  return { gmail, mails: gmail.messages, lines: () => lines, stop: gmail.stop };
}
