import type { Queryable } from '../../platform/db/connect.ts';
import type { HandedOver } from '../filing/incoming-mail.ts';

/** A stored message as it was handed over, original included; null once it is erased. */
export async function findStoredMail(
  db: Queryable,
  intakeId: number,
): Promise<{
  readonly mailboxAddress: string;
  readonly handedOver: HandedOver;
  /** Of an original that lies in the bucket; null with the original itself. */
  readonly sizeInBucket: number | null;
} | null> {
  const [row] = await db<
    (Omit<HandedOver, 'sizeEstimate'> & {
      mailboxAddress: string;
      sizeEstimate: number | null;
      sizeInBucket: number | null;
    })[]
  >`
    select mailboxes.address as mailbox_address, intake.source, source_id, coalesce(source_thread_id, source_id) as source_thread_id,
      arrived_at, labels, size_estimate, raw, headers, bucket_files.size as size_in_bucket
    from intake
    left join bucket_files on bucket_files.hash = intake.file_hash
    join mailboxes on mailboxes.id = intake.mailbox_id
    where intake.id = ${intakeId} and outcome <> 'erased'`;
  if (row === undefined) return null;
  const { mailboxAddress, sizeInBucket, ...handedOver } = row;
  return {
    mailboxAddress,
    sizeInBucket,
    handedOver: { ...handedOver, sizeEstimate: handedOver.sizeEstimate ?? 0 },
  };
}

/** Takes a message out of quarantine for one caller alone; false for a second caller. */
export async function claimQuarantined(
  tx: Queryable,
  intakeId: number,
  decided: { readonly by: number | null; readonly at: Date; readonly outcome: 'discarded' | 'recorded' },
): Promise<boolean> {
  const rows = await tx`
    update intake
    set outcome = ${decided.outcome}, decided_at = ${decided.at}, decided_by = ${decided.by}
    where id = ${intakeId} and outcome = 'quarantined'
    returning id`;
  return rows.length > 0;
}

/** The ids of messages quarantined for a reason, oldest first. */
export async function listQuarantinedIds(db: Queryable, reason: string | null): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id
    from intake
    where outcome = 'quarantined' and (${reason}::text is null or reason = ${reason})
    order by id`;
  return rows.map((row) => row.id);
}
