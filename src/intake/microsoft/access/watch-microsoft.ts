import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import type { Deps } from '../../../platform/deps.ts';
import { lockWatchedAccess, markSilent, markWarned, type WatchedAccess } from './watch-queries.ts';
import { DAY } from '../../../platform/time.ts';

/** The watch is due every minute; after a longer pause nobody knows whether a look would have succeeded. */
const AWAY_AFTER_MS = 5 * 60_000;
/** A mailbox is looked at every minute at the least. */
export const SILENT_AFTER_MS = 15 * 60_000;
const WARN_AT_DAYS = [1, 7, 30];

/**
 * Tells the admins once when a mailbox of Microsoft 365 could not be read for 15 minutes, once when it is read again, and 30,
 * 7 and 1 days before its secret ends. Any number of processes may run it at once.
 */
export async function watchMicrosoft(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Promise<void> {
  const now = deps.clock.now();
  await deps.db.begin(async (tx) => {
    for (const access of await lockWatchedAccess(tx, now, new Date(now.getTime() - AWAY_AFTER_MS))) {
      await tellSilence(deps, tx, access, now);
      await tellEnd(deps, tx, access, now);
    }
  });
}

async function tellSilence(
  deps: Pick<Deps, 'log'>,
  tx: Transaction,
  access: WatchedAccess,
  at: Date,
): Promise<void> {
  const { mailboxId, address, lookedAt, silentSince, listeningSince, fault } = access;
  const isRead = lookedAt !== null && at.getTime() - lookedAt.getTime() <= SILENT_AFTER_MS;
  if (isRead && silentSince !== null) {
    await markSilent(tx, mailboxId, null);
    await raiseAlarm(tx, deps.log, {
      mailboxId,
      kind: 'microsoft_back',
      at,
      subject: `Email for ${address} is fetched again`,
      text: `Mailroom reads ${address} again. It could not since ${silentSince.toISOString()}.\n\nWhat arrived in the meantime has been fetched.\n`,
    });
  }
  const since = Math.max(lookedAt?.getTime() ?? 0, listeningSince.getTime());
  // What Microsoft refuses has had its own alarm.
  if (
    isRead ||
    silentSince !== null ||
    access.refusedSince !== null ||
    at.getTime() - since <= SILENT_AFTER_MS
  )
    return;
  await markSilent(tx, mailboxId, lookedAt ?? listeningSince);
  await raiseAlarm(tx, deps.log, {
    mailboxId,
    kind: 'microsoft_silent',
    byAny: true,
    at,
    subject: `Email for ${address} is not being fetched`,
    text: `Mailroom has not been able to read ${address} at Microsoft 365 since ${lookedAt?.toISOString() ?? 'it was connected'}.

The last attempt: ${fault ?? 'none was made'}

No email is lost: it stays in the mailbox and is fetched when Microsoft answers again. To see what is wrong:
npx mailroom microsoft check --mailbox ${address}

You will get one more email when it can be read again.
`,
  });
}

async function tellEnd(
  deps: Pick<Deps, 'log'>,
  tx: Transaction,
  { mailboxId, address, secretEndsAt, warnedDays }: WatchedAccess,
  at: Date,
): Promise<void> {
  if (secretEndsAt === null) return;
  const left = (secretEndsAt.getTime() - at.getTime()) / DAY;
  const due = WARN_AT_DAYS.find((days) => left <= days);
  if (due === undefined || (warnedDays !== null && warnedDays <= due)) return;
  await markWarned(tx, mailboxId, due);
  await raiseAlarm(tx, deps.log, {
    mailboxId,
    kind: 'microsoft_secret_ends',
    at,
    subject: `The secret for ${address} ends on ${secretEndsAt.toISOString().slice(0, 10)}`,
    text: `After ${secretEndsAt.toISOString()} Microsoft lets Mailroom into ${address} no more, and nothing renews the secret by itself.

Make a new secret beside the old one (Entra admin center, App registrations, Certificates & secrets), give it to Mailroom,
and delete the old one afterwards:
npx mailroom microsoft connect --mailbox ${address} … --secret-file FILE --secret-ends DATE
`,
  });
}
