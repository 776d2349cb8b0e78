import type { Deps } from '../../../platform/deps.ts';
import { SECOND } from '../../../platform/time.ts';
import type { SourceHealth } from '../../sources/source-work.ts';
import { SILENT_AFTER_MS } from './watch-microsoft.ts';
import { listLooks } from './watch-queries.ts';

/** When each connected mailbox was last read to its end. One that never was is overdue, and has no lag. */
export async function microsoftHealth({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<SourceHealth> {
  const now = clock.now().getTime();
  const looks = (await listLooks(db)).map(({ id, lookedAt }) => ({
    id,
    lag: lookedAt === null ? null : Math.max(0, now - lookedAt.getTime()),
  }));
  return {
    overdue: looks.filter(({ lag }) => lag === null || lag > SILENT_AFTER_MS).map(({ id }) => id),
    gauges: [
      {
        name: 'mailroom_microsoft_lag_seconds',
        help: 'Seconds since a mailbox of Microsoft 365 was last read to its end, by mailbox id.',
        samples: looks.flatMap(({ id, lag }) =>
          lag === null ? [] : [{ mailboxId: id, value: Math.round(lag / SECOND) }],
        ),
      },
    ],
  };
}
