import type { Queryable } from '../../../platform/db/connect.ts';

export type SignInWay = 'device' | 'browser';

export type SignInRow = {
  readonly mailboxId: number;
  readonly way: SignInWay;
  readonly sealed: string;
  /** Null: begun at the command line. */
  readonly operatorId: number | null;
  readonly expiresAt: Date;
  readonly userCode: string | null;
  readonly verificationUrl: string | null;
  readonly intervalSeconds: number | null;
  readonly nextPollAt: Date | null;
  /** Why it came to nothing; null while it may still. */
  readonly fault: string | null;
};

const columns = (db: Queryable) => db`
  mailbox_id, way, sealed, operator_id, expires_at, user_code, verification_url, interval_seconds, next_poll_at, fault`;

/** Keeps a sign-in that begins, in place of one begun before. */
export async function upsertSignIn(db: Queryable, row: Omit<SignInRow, 'fault'>): Promise<void> {
  await db`
    insert into microsoft_sign_ins
      (mailbox_id, way, sealed, operator_id, expires_at, user_code, verification_url, interval_seconds, next_poll_at)
    values (${row.mailboxId}, ${row.way}, ${row.sealed}, ${row.operatorId}, ${row.expiresAt}, ${row.userCode},
      ${row.verificationUrl}, ${row.intervalSeconds}, ${row.nextPollAt})
    on conflict (mailbox_id) do update
    set way = excluded.way, sealed = excluded.sealed, operator_id = excluded.operator_id, expires_at = excluded.expires_at,
      state_hash = null, user_code = excluded.user_code, verification_url = excluded.verification_url,
      interval_seconds = excluded.interval_seconds, next_poll_at = excluded.next_poll_at, fault = null`;
}

export async function findSignIn(db: Queryable, mailboxId: number): Promise<SignInRow | null> {
  const [row] = await db<SignInRow[]>`
    select ${columns(db)} from microsoft_sign_ins where mailbox_id = ${mailboxId}`;
  return row ?? null;
}

/** Binds a sign-in to the browser that goes to Microsoft now, and to what Microsoft sends back. */
export async function bindSignIn(
  db: Queryable,
  mailboxId: number,
  to: {
    readonly stateHash: Buffer;
    readonly sealed: string;
    readonly operatorId: number;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await db`
    update microsoft_sign_ins
    set state_hash = ${to.stateHash}, sealed = ${to.sealed}, operator_id = ${to.operatorId}, expires_at = ${to.expiresAt},
      fault = null
    where mailbox_id = ${mailboxId} and way = 'browser'`;
}

/** The sign-in that an answer belongs to, once; null for one that nobody began here, or that is over. */
export async function takeBound(
  db: Queryable,
  stateHash: Buffer,
  operatorId: number,
  at: Date,
): Promise<SignInRow | null> {
  const [row] = await db<SignInRow[]>`
    update microsoft_sign_ins
    set state_hash = null
    where state_hash = ${stateHash} and operator_id = ${operatorId} and expires_at > ${at}
    returning ${columns(db)}`;
  return row ?? null;
}

/** The answer that was taken may be brought once more: it came to nothing yet. */
export async function bindAgain(db: Queryable, row: SignInRow, stateHash: Buffer): Promise<void> {
  await db`
    update microsoft_sign_ins
    set state_hash = ${stateHash}
    where mailbox_id = ${row.mailboxId} and sealed = ${row.sealed} and state_hash is null`;
}

/** A sign-in by a code that Microsoft is to be asked about, for this process alone until the next time; null when none is due. */
export async function claimPoll(db: Queryable, at: Date): Promise<SignInRow | null> {
  const [row] = await db<SignInRow[]>`
    update microsoft_sign_ins
    set next_poll_at = ${at}::timestamptz + make_interval(secs => interval_seconds)
    where mailbox_id = (
      select mailbox_id
      from microsoft_sign_ins
      where way = 'device' and next_poll_at <= ${at} and expires_at > ${at} and fault is null
      order by next_poll_at
      limit 1
      for update skip locked)
    returning ${columns(db)}`;
  return row ?? null;
}

/** Asks less often from now on, as Microsoft wants it. */
export async function slowDown(db: Queryable, mailboxId: number): Promise<void> {
  await db`
    update microsoft_sign_ins
    set interval_seconds = interval_seconds + 5, next_poll_at = next_poll_at + interval '5 seconds'
    where mailbox_id = ${mailboxId}`;
}

/** It came to nothing; only the one that was looked at, not one begun since. */
export async function failSignIn(db: Queryable, row: SignInRow, fault: string): Promise<void> {
  await db`
    update microsoft_sign_ins
    set fault = ${fault}, state_hash = null
    where mailbox_id = ${row.mailboxId} and sealed = ${row.sealed}`;
}

/** Ends a sign-in; false when it is another one, or none, by now. */
export async function deleteSignIn(
  tx: Queryable,
  row: Pick<SignInRow, 'mailboxId' | 'sealed'>,
): Promise<boolean> {
  const rows = await tx`
    delete from microsoft_sign_ins
    where mailbox_id = ${row.mailboxId} and sealed = ${row.sealed}
    returning mailbox_id`;
  return rows.length > 0;
}

/** Whatever was begun for a mailbox comes to nothing. */
export async function deleteSignIns(tx: Queryable, mailboxId: number): Promise<void> {
  await tx`delete from microsoft_sign_ins where mailbox_id = ${mailboxId}`;
}
