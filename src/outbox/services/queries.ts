import type { Queryable, Transaction } from '../../platform/db/connect.ts';

/** A service outside, by the name that its trouble is kept under. */
export type ServiceName = 'bucket' | 'scanner';

export type ServiceTrouble = { readonly since: Date; readonly toldAt: Date | null };

/** The trouble of a service, which begins now unless it has begun; locked until the transaction ends. */
export async function lockTrouble(tx: Transaction, service: ServiceName, now: Date): Promise<ServiceTrouble> {
  await tx`insert into service_troubles (service, since) values (${service}, ${now}) on conflict do nothing`;
  const [trouble] = await tx<ServiceTrouble[]>`
    select since, told_at from service_troubles where service = ${service} for update`;
  return trouble ?? { since: now, toldAt: null };
}

/** Keeps that the admins know of a service's trouble. */
export async function markTroubleTold(tx: Transaction, service: ServiceName, now: Date): Promise<void> {
  await tx`update service_troubles set told_at = ${now} where service = ${service}`;
}

/** Forgets a service's trouble; what it was, or null when there was none. */
export async function endTrouble(db: Queryable, service: ServiceName): Promise<ServiceTrouble | null> {
  const [ended] = await db<ServiceTrouble[]>`
    delete from service_troubles where service = ${service} returning since, told_at`;
  return ended ?? null;
}
