import type { Db } from '../../src/platform/db/connect.ts';

/** How many of the mails that a relay was told are accepted are not there, and how many of all are filed twice. */
export async function judgeAccepted(
  db: Db,
  accepted: readonly string[],
): Promise<{ readonly lost: number; readonly twice: number }> {
  const [row] = await db<{ lost: number; twice: number }[]>`
    select
      (select count(*) from unnest(${[...accepted]}::text[]) as told (id)
        where not exists (
          select from intake join messages on messages.id = intake.message_id
          where source_id = told.id and raw is not null)) as lost,
      (select count(*) from (
        select intake_id from messages where intake_id is not null group by intake_id having count(*) > 1) as twice)
      + (select count(*) from (select source_id from intake group by source_id having count(*) > 1) as again) as twice`;
  return { lost: row?.lost ?? -1, twice: row?.twice ?? -1 };
}
