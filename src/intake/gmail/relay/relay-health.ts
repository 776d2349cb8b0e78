import type { Deps } from '../../../platform/deps.ts';
import { SECOND } from '../../../platform/time.ts';
import type { SourceHealth } from '../../sources/source-work.ts';
import { isSilent } from './relay-silence.ts';
import { listRelaysHeard } from './watch-queries.ts';

/** When each relay was last heard, and which is silent. One that was never heard has no age. */
export async function relayHealth({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<SourceHealth> {
  const relays = await listRelaysHeard(db);
  const now = clock.now();
  const silent = relays.filter((relay) => isSilent(relay, now)).map(({ id }) => id);
  return {
    overdue: silent,
    gauges: [
      {
        name: 'mailroom_relay_silent_seconds',
        help: 'Seconds since the relay was last heard, by mailbox id.',
        samples: relays.flatMap(({ id, relayHeardAt }) =>
          relayHeardAt === null
            ? []
            : [
                {
                  mailboxId: id,
                  value: Math.max(0, Math.round((now.getTime() - relayHeardAt.getTime()) / SECOND)),
                },
              ],
        ),
      },
      {
        name: 'mailroom_relay_silent',
        help: 'Whether the relay has been silent for longer than its mailbox allows, or was never heard, by mailbox id.',
        samples: relays.map(({ id }) => ({ mailboxId: id, value: silent.includes(id) ? 1 : 0 })),
      },
    ],
  };
}
