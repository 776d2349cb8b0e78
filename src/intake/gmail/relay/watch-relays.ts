import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import type { Deps } from '../../../platform/deps.ts';
import { isSilent } from './relay-silence.ts';
import { lockRelayWatches, markRelaySilent, type WatchedRelay } from './watch-queries.ts';

/** A look is due every minute; after a longer pause nobody knows whether the relay spoke while nobody listened. */
const AWAY_AFTER_MS = 5 * 60_000;

/**
 * Alerts the admins once when a relay has been silent for longer than its mailbox allows, and once when it is back.
 * Returns the ids of the mailboxes whose relay is silent now. A relay that was never heard is not connected yet:
 * `/readyz` shows it, and no alert is sent. Any number of processes may run it at once.
 */
export async function watchRelays(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Promise<readonly number[]> {
  const now = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const relays = await lockRelayWatches(tx, now, new Date(now.getTime() - AWAY_AFTER_MS));
    const silent: number[] = [];
    for (const relay of relays) {
      const { relayHeardAt: heardAt, listeningSince } = relay;
      if (heardAt === null) continue;
      if (!isSilent(relay, now)) await tellBack(deps, tx, relay, now);
      else if (!isSilent({ ...relay, relayHeardAt: later(heardAt, listeningSince) }, now)) continue;
      else {
        silent.push(relay.id);
        await tellSilent(deps, tx, relay, heardAt, now);
      }
    }
    return silent;
  });
}

async function tellSilent(
  deps: Pick<Deps, 'log'>,
  tx: Transaction,
  relay: WatchedRelay,
  heardAt: Date,
  at: Date,
): Promise<void> {
  if (relay.silentSince !== null) return;
  await markRelaySilent(tx, relay.id, heardAt);
  const minutes = Math.floor((at.getTime() - heardAt.getTime()) / 60_000);
  await raiseAlarm(tx, deps.log, {
    mailboxId: relay.id,
    kind: 'relay_silent',
    at,
    subject: `The relay of ${relay.address} is silent`,
    text: `Mailroom has heard nothing from the relay of ${relay.address} for ${minutes} minutes (last at ${heardAt.toISOString()}).

No email is lost: it waits in Gmail under the label mailroom/queue, but nobody sees it here.

Signed in to Google as the owner of the relay:
1. Open the relay's project on script.google.com, choose the function status, press Run and read the log.
2. Look at Executions there: red lines say why runs fail. If there are none, choose setup and press Run.
3. A changed Google password or a withdrawn permission stops the relay: run setup again and tick every box.

If the relay says that this server does not answer, look at the server's public address and certificate.

You will get one more email when the relay is back.
`,
  });
}

async function tellBack(
  deps: Pick<Deps, 'log'>,
  tx: Transaction,
  relay: WatchedRelay,
  at: Date,
): Promise<void> {
  if (relay.silentSince === null) return;
  await markRelaySilent(tx, relay.id, null);
  await raiseAlarm(tx, deps.log, {
    mailboxId: relay.id,
    kind: 'relay_back',
    at,
    subject: `The relay of ${relay.address} is back`,
    text: `Mailroom hears the relay of ${relay.address} again. It had been silent since ${relay.silentSince.toISOString()}.

The mail that waited in Gmail comes in by itself. To see whether any was missed:
npx mailroom reconcile --mailbox ${relay.address} --days 7
`,
  });
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
