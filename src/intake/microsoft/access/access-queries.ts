import type { Queryable } from '../../../platform/db/connect.ts';
import type { SendsBy } from '../graph/endpoints.ts';
import type { MicrosoftCredentials } from '../graph/credentials.ts';

/** `delegated`: in the name of a person who signed in. */
export type AccessKind = MicrosoftCredentials['kind'] | 'delegated';

export type AccessRow = {
  readonly mailboxId: number;
  readonly address: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly kind: AccessKind;
  /** Null: disconnected. */
  readonly sealed: string | null;
  readonly secretEndsAt: Date | null;
  readonly readsJunk: boolean;
  readonly sends: SendsBy;
  readonly connectedAt: Date;
  readonly refusedSince: Date | null;
  readonly refusal: string | null;
  readonly throttledUntil: Date | null;
  readonly lookedAt: Date | null;
  readonly fault: string | null;
  /** When a sign-in ends that nobody uses; null for an app's own credentials. */
  readonly signInEndsAt: Date | null;
  /** Until when Microsoft tells of new mail; null: it is looked for. */
  readonly toldUntil: Date | null;
};

const columns = (db: Queryable) => db`
  a.mailbox_id, m.address, a.tenant_id, a.client_id, a.kind, a.sealed, a.secret_ends_at, a.reads_junk, a.connected_at,
  a.refused_since, a.refusal, a.throttled_until, a.looked_at, a.fault,
  (select refresh_ends_at from microsoft_grants g where g.mailbox_id = a.mailbox_id) as sign_in_ends_at,
  (select ends_at from microsoft_subscriptions s where s.mailbox_id = a.mailbox_id) as told_until,
  coalesce((
    select case kind when 'microsoft' then 'graph' when 'microsoft_smtp' then 'smtp' end
    from mailbox_transports t where t.mailbox_id = a.mailbox_id), 'none') as sends`;

export async function findAccess(db: Queryable, mailboxId: number): Promise<AccessRow | null> {
  const [row] = await db<AccessRow[]>`
    select ${columns(db)}
    from microsoft_access a
    join mailboxes m on m.id = a.mailbox_id
    where a.mailbox_id = ${mailboxId}`;
  return row ?? null;
}

/** The mailboxes that are connected. */
export async function listAccess(db: Queryable): Promise<readonly AccessRow[]> {
  return db<AccessRow[]>`
    select ${columns(db)}
    from microsoft_access a
    join mailboxes m on m.id = a.mailbox_id
    where a.sealed is not null
    order by a.mailbox_id`;
}

export type NewAccess = Pick<
  AccessRow,
  'mailboxId' | 'tenantId' | 'clientId' | 'kind' | 'secretEndsAt' | 'readsJunk'
> & { readonly sealed: string };

/** Keeps credentials in place of earlier ones; how far the folders were read stays, unless it is another tenant's mailbox. */
export async function upsertAccess(tx: Queryable, access: NewAccess, at: Date): Promise<void> {
  await tx`
    delete from microsoft_folders
    using microsoft_access a
    where a.mailbox_id = ${access.mailboxId} and a.tenant_id <> ${access.tenantId}
      and microsoft_folders.mailbox_id = a.mailbox_id`;
  await tx`
    insert into microsoft_access
      (mailbox_id, tenant_id, client_id, kind, sealed, secret_ends_at, reads_junk, connected_at, next_look_at,
       listening_since, watched_at)
    values (${access.mailboxId}, ${access.tenantId}, ${access.clientId}, ${access.kind}, ${access.sealed},
      ${access.secretEndsAt}, ${access.readsJunk}, ${at}, ${at}, ${at}, ${at})
    on conflict (mailbox_id) do update
    set tenant_id = excluded.tenant_id, client_id = excluded.client_id, kind = excluded.kind, sealed = excluded.sealed,
      secret_ends_at = excluded.secret_ends_at, warned_days = null, reads_junk = excluded.reads_junk,
      connected_at = excluded.connected_at, refused_since = null, refusal = null, next_look_at = excluded.next_look_at,
      listening_since = excluded.listening_since`;
}

/** Forgets the credentials; false when there were none. */
export async function markDisconnected(tx: Queryable, mailboxId: number): Promise<boolean> {
  const rows = await tx`
    update microsoft_access
    set sealed = null, refused_since = null, refusal = null, silent_since = null, lease_owner = null, lease_until = null
    where mailbox_id = ${mailboxId} and sealed is not null
    returning mailbox_id`;
  return rows.length > 0;
}

/** Notes that Microsoft refuses the credentials; true the first time. */
export async function markRefused(
  tx: Queryable,
  mailboxId: number,
  refusal: string,
  at: Date,
): Promise<boolean> {
  const rows = await tx`
    update microsoft_access
    set refused_since = ${at}, refusal = ${refusal}
    where mailbox_id = ${mailboxId} and refused_since is null and sealed is not null
    returning mailbox_id`;
  return rows.length > 0;
}

export async function findThrottledUntil(db: Queryable, mailboxId: number): Promise<Date | null> {
  const [row] = await db<{ throttledUntil: Date | null }[]>`
    select throttled_until from microsoft_access where mailbox_id = ${mailboxId}`;
  return row?.throttledUntil ?? null;
}

/**
 * Has every process leave the mailbox alone: as long as Microsoft says, else for ten seconds, doubling to five minutes.
 * What is refused together counts once, and a minute in which Microsoft took every call begins the doubling anew: a backlog of
 * thousands would spend most of its time waiting.
 */
export async function markThrottled(
  db: Queryable,
  mailboxId: number,
  {
    at,
    retryAfterMs,
    random,
  }: { readonly at: Date; readonly retryAfterMs: number | null; readonly random: number },
): Promise<void> {
  const before = db`case when throttled_until < ${at}::timestamptz - interval '1 minute' then 0 else throttles end`;
  await db`
    update microsoft_access
    set throttled_until = ${at}::timestamptz + interval '1 millisecond' * coalesce(${retryAfterMs}::bigint,
        (least(300000, 10000 * 2 ^ least(${before}, 10)) * (1 + 0.2 * ${random}::float8))::bigint),
      throttles = ${before} + 1
    where mailbox_id = ${mailboxId} and (throttled_until is null or throttled_until <= ${at})`;
}
