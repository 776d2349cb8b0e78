import type { Bucket } from '../../platform/bucket/bucket.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Scanner } from '../../platform/scanning/scanner.ts';
import { countFilesWaiting } from '../../platform/scanning/scan-again.ts';
import type { AlarmKind, DeskText } from '../desk-mail/desk-mail.ts';
import { raiseAlarm } from '../desk-mail/raise-alarm.ts';
import { endTrouble, lockTrouble, markTroubleTold, type ServiceName } from './queries.ts';

type WatchDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'bucket' | 'scanner'>;

type Service = {
  readonly name: ServiceName;
  /** Why it does not do what it is there for, or null. */
  readonly trouble: () => Promise<string | null>;
  readonly away: { readonly kind: AlarmKind; readonly text: (trouble: AwayService) => Promise<DeskText> };
  readonly back: { readonly kind: AlarmKind; readonly text: (since: Date) => DeskText };
};

type AwayService = { readonly tx: Transaction; readonly since: Date; readonly why: string };

/** A restart of the service is over by then, and nobody has to look. */
const TOLD_AFTER_MS = 5 * 60_000;

/**
 * Alerts the admins once when the bucket or the virus scanner has not done its part for five minutes, and once when it does
 * again. A desk without one has none to watch. Any number of processes may run it at once.
 */
export async function watchServices(deps: WatchDeps): Promise<void> {
  const { bucket, scanner } = deps;
  if (bucket === undefined) await endTrouble(deps.db, 'bucket');
  else await watch(deps, bucketService(bucket));
  if (scanner === undefined) await endTrouble(deps.db, 'scanner');
  else await watch(deps, scannerService(scanner));
}

async function watch(deps: WatchDeps, service: Service): Promise<void> {
  const why = await service.trouble();
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const raise = (kind: AlarmKind, text: DeskText) =>
      raiseAlarm(tx, deps.log, { mailboxId: null, kind, at, ...text });
    if (why === null) {
      const ended = await endTrouble(tx, service.name);
      if (ended !== null && ended.toldAt !== null)
        await raise(service.back.kind, service.back.text(ended.since));
      return;
    }
    const { since, toldAt } = await lockTrouble(tx, service.name, at);
    if (toldAt !== null || at.getTime() - since.getTime() < TOLD_AFTER_MS) return;
    await markTroubleTold(tx, service.name, at);
    await raise(service.away.kind, await service.away.text({ tx, since, why }));
  });
}

function bucketService({ name, trouble }: Bucket): Service {
  return {
    name: 'bucket',
    trouble: async () => (await trouble())?.message ?? null,
    away: {
      kind: 'bucket_away',
      text: async ({ since, why }) => ({
        subject: `The bucket ${name} does not take files`,
        text: `Mailroom cannot use the bucket ${name} since ${since.toISOString()}:

${why}

No email is lost: new files stay in the database, which grows meanwhile. What lies in the bucket already cannot be opened.

1. Is the S3 service up, and can this server reach S3_ENDPOINT?
2. Are S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY still good, and may they write, read and delete in the bucket?
3. "npx mailroom files status" says what Mailroom sees and how many files wait.

You will get one more email when the bucket is back; what waits is moved by itself.
`,
      }),
    },
    back: {
      kind: 'bucket_back',
      text: (since) => ({
        subject: `The bucket ${name} takes files again`,
        text: `Mailroom can use the bucket ${name} again. It could not since ${since.toISOString()}. Files that waited in the database are being moved; nothing is left to do.
`,
      }),
    },
  };
}

function scannerService({ trouble }: Scanner): Service {
  return {
    name: 'scanner',
    trouble,
    away: {
      kind: 'scanner_away',
      text: async ({ tx, since, why }) => ({
        subject: 'The virus scanner does not answer',
        text: `Mailroom cannot have files scanned since ${since.toISOString()}:

${why}

Email is filed all the same. ${await countFilesWaiting({ db: tx })} files wait for the scanner, and nobody can download them until then.

1. Does clamd run, and can this server reach CLAMD_URL?
2. After an update of its signatures clamd is away for a minute; one that stays away says why in its log, often that memory ran out.

You will get one more email when the scanner is back; what waits is scanned by itself.
`,
      }),
    },
    back: {
      kind: 'scanner_back',
      text: (since) => ({
        subject: 'The virus scanner answers again',
        text: `Mailroom has files scanned again. It could not since ${since.toISOString()}. Files that waited are being scanned; nothing is left to do.
`,
      }),
    },
  };
}
