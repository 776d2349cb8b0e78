import type { Deps } from '../../platform/deps.ts';
import { openSpans } from './open-spans.ts';
import { appendSpans, listEndingBefore } from './queries.ts';
import { KNOWN_YEARS, yearsAfter } from './save-calendar.ts';

/** Works out a further year of every calendar whose open times reach less far than they should. Any number may run it. */
export async function extendCalendars(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deps.db.begin(async (tx) => {
    for (const calendar of await listEndingBefore(tx, yearsAfter(now, KNOWN_YEARS - 1)))
      await appendSpans(tx, calendar.id, openSpans(calendar, calendar.reaches, yearsAfter(now, KNOWN_YEARS)));
  });
}
