import type { Reconciled, SourceWork } from '../sources/source-work.ts';
import { microsoftHealth } from './access/microsoft-health.ts';
import { microsoftOf } from './access/open-microsoft.ts';
import { watchMicrosoft } from './access/watch-microsoft.ts';
import { startFetcher } from './fetching/fetcher.ts';
import {
  type MicrosoftReport,
  reconcileMicrosoft,
  reconcileMicrosoftNightly,
} from './reconcile/reconcile-microsoft.ts';

/** Folders are read through Graph: fetched, watched, and by night listed plainly. */
export const microsoftWork: SourceWork = {
  startFetching(deps, { everyMs, notifyUrl }) {
    const fetching = { ...deps, microsoft: microsoftOf(deps), betweenLooksMs: everyMs, notifyUrl };
    return startFetcher(fetching, everyMs);
  },
  watch: watchMicrosoft,
  health: microsoftHealth,
  reconcileNightly: reconcileMicrosoftNightly,
  reconcile: async (deps, asked) => describe(await reconcileMicrosoft(deps, asked)),
};

function describe(report: MicrosoftReport): Reconciled {
  const { mailbox, since, listed, missing, applied } = report;
  return {
    head: ['RECEIVED', 'FOLDER', 'MESSAGE'],
    rows: missing.map((each) => [
      each.arrivedAt.toISOString(),
      each.folder,
      each.internetMessageId ?? each.sourceId,
    ]),
    lines: [
      `${mailbox}: ${listed} ${listed === 1 ? 'message' : 'messages'} at Microsoft 365 since ${since.toISOString()}, ${missing.length} not at the desk${applied ? ', taken in now' : ''}.`,
    ],
    json: report,
  };
}
